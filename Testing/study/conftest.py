from __future__ import annotations

from pathlib import Path

import pytest

from Testing.phantom_hearts import write_data_set


@pytest.fixture(scope="session")
def four_phantom_hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data_set(tmp_path_factory.mktemp("data") / "Dataset900_Phantom")
