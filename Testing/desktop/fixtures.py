"""Fixtures of the panel's tests; the conftest.py of each folder that uses them imports them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from Testing.desktop.record import take_problems
from Testing.desktop.start import OpenModule, open_module, start_desktop

MODULE = Path(__file__).parents[2] / "LVSegU" / "LVSegU.py"


@pytest.fixture(scope="session")
def the_desktop() -> Any:
    """The module `slicer`, with the stand-in for the desktop started."""
    return start_desktop()


@pytest.fixture
def the_panel(the_desktop: Any) -> Iterator[OpenModule]:
    """The module, open on an empty scene; any exception in a slot or observer fails the test."""
    the_desktop.mrmlScene.Clear(0)
    the_desktop.app.settings().clear()
    take_problems()
    opened = open_module(MODULE)
    yield opened
    opened.close()
    the_desktop.mrmlScene.Clear(0)
    assert take_problems() == []
