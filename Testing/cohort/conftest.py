from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from LVSegULib.cohort.cluster import Workers, connected
from Testing.bright_pixels import save_bright_pixel_model
from Testing.visualization.chromium import a_browser

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["a_browser"]


@pytest.fixture(scope="session")
def bright_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bright_pixel_model(tmp_path_factory.mktemp("models") / "bright").path


@pytest.fixture(scope="module")
def two_workers() -> Iterator[Client]:
    with connected(Workers(count=2)) as client:
        client.wait_for_workers(2)
        yield client
