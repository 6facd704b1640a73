"""The overlay's nodes: hidden, not saved, and gone without a trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from Testing.desktop.scene import a_beating_heart, add_volume, node_ids

SHIFTED = np.array([[-3.0, 0, 0, 5], [0, -3.0, 0, 6], [0, 0, 8.0, 7], [0, 0, 0, 1]])


@pytest.fixture
def an_overlay(a_scene: Any) -> Any:
    assert a_scene is not None
    from LVSegUSlicer.filter_overlay import FilterOverlay

    return FilterOverlay()


def some_maps(brightest: float = 2.0) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.linspace(0, brightest, 6 * 16 * 16, dtype=np.float32).reshape(6, 16, 16)


def test_it_holds_the_map_at_its_place(an_overlay: Any) -> None:
    import slicer
    import vtk

    an_overlay.show(some_maps(), SHIFTED, "a")
    matrix = vtk.vtkMatrix4x4()
    an_overlay.node.GetIJKToRASMatrix(matrix)
    np.testing.assert_allclose(slicer.util.arrayFromVTKMatrix(matrix), SHIFTED)
    np.testing.assert_array_equal(slicer.util.arrayFromVolume(an_overlay.node), some_maps())


def test_one_volume_and_one_colour_table_are_hidden_and_not_saved(an_overlay: Any, a_scene: Any) -> None:
    before = node_ids()
    for brightest in (1.0, 2.0):
        an_overlay.show(some_maps(brightest), SHIFTED, "a")
    added = [a_scene.GetNodeByID(one) for one in node_ids() - before]
    assert sorted(node.GetClassName() for node in added) == [
        "vtkMRMLColorTableNode",
        "vtkMRMLScalarVolumeDisplayNode",
        "vtkMRMLScalarVolumeNode",
    ]
    assert all(node.GetHideFromEditors() and not node.GetSaveWithScene() for node in added)
    an_overlay.remove()
    assert node_ids() == before


def test_it_is_not_in_the_file_of_the_scene(an_overlay: Any, a_scene: Any, tmp_path: Path) -> None:
    import slicer

    add_volume(a_beating_heart()[0], "mine")
    an_overlay.show(some_maps(), SHIFTED, "a")
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    a_scene.Clear(0)
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    assert [node.GetName() for node in slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")] == ["mine"]


def test_colours_hold_still_from_frame_to_frame(an_overlay: Any) -> None:
    for brightest, top in ((1.0, 1.0), (2.0, 2.0), (0.5, 2.0)):
        an_overlay.show(some_maps(brightest), SHIFTED, "a")
        assert an_overlay.node.GetDisplayNode().GetWindowLevelMax() == pytest.approx(top)
        assert an_overlay.node.GetDisplayNode().GetWindowLevelMin() == 0
    an_overlay.show(some_maps(0.5), SHIFTED, "b")
    assert an_overlay.node.GetDisplayNode().GetWindowLevelMax() == pytest.approx(0.5)


def test_a_map_that_is_0_everywhere_can_be_shown(an_overlay: Any) -> None:
    an_overlay.show(some_maps(0.0), SHIFTED, "a")
    assert an_overlay.node.GetDisplayNode().GetWindowLevelMax() == 1


def test_it_comes_back_after_the_user_deleted_it_or_closed_the_scene(an_overlay: Any, a_scene: Any) -> None:
    before = node_ids()
    an_overlay.show(some_maps(), SHIFTED, "a")
    a_scene.RemoveNode(an_overlay.node)
    assert an_overlay.node is None
    an_overlay.show(some_maps(), SHIFTED, "a")
    assert an_overlay.node is not None
    a_scene.Clear(0)
    an_overlay.remove()
    an_overlay.show(some_maps(), SHIFTED, "a")
    an_overlay.remove()
    assert node_ids() <= before


def test_no_activation_is_transparent_and_the_brightest_is_not(an_overlay: Any) -> None:
    assert an_overlay.node is None
    from LVSegUSlicer.filter_colours import MAP_COLOURS

    isClear = MAP_COLOURS[:, 3] == 0
    assert isClear[:12].all(), "up to 4 % of the brightest"
    assert (MAP_COLOURS[~isClear, 3] == 255).all()
    assert not isClear[14:].any()
