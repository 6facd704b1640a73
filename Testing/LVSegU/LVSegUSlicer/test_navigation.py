"""Going to ED and ES: the browser's frame, and slices that show the cavity."""

from typing import Any

import numpy as np
import pytest

from Testing.desktop.scene import a_beating_heart, add_cine, add_volume
from Testing.LVSegU.LVSegUSlicer.test_scene_writer import rings, write


def height(sliceNode: Any) -> float:
    return float(sliceNode.GetSliceToRAS().GetElement(2, 3))


def test_going_to_a_frame_selects_it_in_the_browser(a_scene: Any) -> None:
    from LVSegUSlicer.navigation import goToFrame
    from LVSegUSlicer.sequences import browserOf

    node = write(add_cine(a_beating_heart()), rings())
    goToFrame(node, 3)
    browser = a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    assert browser.GetSelectedItemNumber() == 3
    assert browserOf(node) is browser


def test_a_frame_that_was_removed_is_not_gone_to(a_scene: Any) -> None:
    from LVSegUSlicer.navigation import goToFrame

    node = write(add_cine(a_beating_heart()), rings())
    goToFrame(node, 1)
    for sequence in [a_scene.GetNthNodeByClass(index, "vtkMRMLSequenceNode") for index in range(2)]:
        sequence.RemoveDataNodeAtValue("120")
    goToFrame(node, 3)
    assert a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode").GetSelectedItemNumber() == 1


def test_a_single_volume_has_no_frame_to_go_to(a_scene: Any) -> None:
    from LVSegUSlicer.navigation import goToFrame
    from LVSegUSlicer.sequences import browserOf

    assert a_scene is not None
    node = write(add_volume(a_beating_heart()[0]), rings(frames=1))
    goToFrame(node, 3)
    assert browserOf(node) is None


@pytest.mark.parametrize(("before", "after"), [(-100.0, 24.0), (100.0, 24.0), (16.0, 16.0), (40.0, 40.0)])
def test_a_slice_that_misses_the_cavity_jumps_to_its_middle(an_axial_view: Any, before: float, after: float) -> None:
    """The cavity is in slices 1 to 5, 8 mm apart: centres from 8 to 40 mm, middle at 24."""
    from LVSegUSlicer.navigation import goToFrame

    node = write(add_cine(a_beating_heart()), rings())
    an_axial_view.JumpSliceByOffsetting(0, 0, before)
    goToFrame(node, 2)
    assert height(an_axial_view) == pytest.approx(after)


def test_the_middle_moves_with_the_parent_transform(a_scene: Any, an_axial_view: Any) -> None:
    import slicer

    from LVSegUSlicer.navigation import goToFrame

    transform = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = np.eye(4)
    matrix[2, 3] = 500.0
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(matrix))
    volume = add_volume(a_beating_heart()[0])
    volume.SetAndObserveTransformNodeID(transform.GetID())
    goToFrame(write(volume, rings(frames=1)), 0)
    assert height(an_axial_view) == pytest.approx(524.0)


def test_without_a_cavity_no_slice_moves(an_axial_view: Any) -> None:
    from LVSegUSlicer.navigation import goToFrame

    node = write(add_volume(a_beating_heart()[0]), np.zeros((1, 6, 64, 64), np.uint8))
    an_axial_view.JumpSliceByOffsetting(0, 0, -100)
    goToFrame(node, 0)
    assert height(an_axial_view) == -100
