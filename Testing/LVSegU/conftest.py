"""Fixtures for the tests of the Slicer module."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from Testing.desktop.fixtures import the_desktop, the_panel
from Testing.LVSegU.filter_scenes import SliceViews
from Testing.LVSegU.open_filters import filters, open_filters, result_filters
from Testing.slicer_core.presence import not_collected

__all__ = ["collect_ignore_glob", "filters", "open_filters", "result_filters", "the_desktop", "the_panel"]

collect_ignore_glob = not_collected()


@pytest.fixture
def a_scene(the_desktop: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Slicer's scene, empty before and after; LVSegUSlicer can be imported as Slicer imports it."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "LVSegU"))
    the_desktop.mrmlScene.Clear(0)
    yield the_desktop.mrmlScene
    the_desktop.mrmlScene.Clear(0)


@pytest.fixture
def an_axial_view(a_scene: Any) -> Any:
    """An axial slice view through the origin."""
    node = a_scene.CreateNodeByClass("vtkMRMLSliceNode")
    node.UnRegister(None)
    node.SetSingletonTag("Red")
    node.SetOrientation("Axial")
    return a_scene.AddNode(node)


@pytest.fixture
def a_slice_view(the_desktop: Any) -> Iterator[SliceViews]:
    """Makes a slice view that shows a volume."""
    views = SliceViews(the_desktop.mrmlScene)
    yield views
    views.remove()
