"""A segmentation of the scene is read as label values."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from LVSegULib.errors import InputError
from LVSegULib.labels import CAVITY
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume
from Testing.LVSegU.LVSegUSlicer.test_result_frames import read
from Testing.LVSegU.LVSegUSlicer.test_scene_writer import rings, write

TERMINOLOGY = "TerminologyEntry"


@pytest.fixture(params=["cine", "volume"])
def a_result(a_scene: Any, request: pytest.FixtureRequest) -> tuple[Any, Any, Any]:
    """The images, their segmentation, and what was written into it."""
    assert a_scene is not None
    isCine = request.param == "cine"
    labels = rings() if isCine else rings(frames=1)
    volume = add_cine(a_beating_heart()) if isCine else add_volume(a_beating_heart()[0])
    return volume, write(volume, labels), labels


def test_labels_are_read_also_where_nobody_has_imported_a_part_of_vtk_yet(
    a_scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`import vtk` alone does not bring `vtk.util`; Slicer itself has mostly, but not always, imported it before."""
    assert a_scene is not None
    import vtk

    from LVSegUSlicer import scene_labels

    monkeypatch.setattr(scene_labels, "vtk", SimpleNamespace(vtkMatrix4x4=vtk.vtkMatrix4x4))
    node = write(add_cine(a_beating_heart()), rings())
    np.testing.assert_array_equal(scene_labels.readLabels(node).labels, rings())


def a_turn(scene: Any) -> Any:
    """A transform of 30 degrees and 60, 40, 15 mm."""
    import vtk

    turn = vtk.vtkTransform()
    turn.RotateZ(30)
    turn.Translate(60, 40, 15)
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetMatrixTransformToParent(turn.GetMatrix())
    return node


def test_moving_the_images_alone_changes_no_label(a_result: tuple[Any, Any, Any]) -> None:
    """As Center volume does, or a registration that was hardened."""
    volume, node, labels = a_result
    volume.SetOrigin(137.0, 137.0, -30.0)
    np.testing.assert_array_equal(read(node).labels, labels)
    assert read(node).spacing_mm == (8.0, 1.5, 1.5)


def test_other_voxel_sizes_of_the_images_change_no_label(a_result: tuple[Any, Any, Any]) -> None:
    volume, node, labels = a_result
    volume.SetSpacing(1.0, 1.0, 8.0)
    np.testing.assert_array_equal(read(node).labels, labels)
    assert read(node).spacing_mm == (8.0, 1.5, 1.5)


def test_a_transform_of_the_images_changes_no_label_and_of_both_neither(
    a_scene: Any, a_result: tuple[Any, Any, Any]
) -> None:
    volume, node, labels = a_result
    turn = a_turn(a_scene).GetID()
    for moved in (volume, node):
        moved.SetAndObserveTransformNodeID(turn)
        np.testing.assert_array_equal(read(node).labels, labels)


def test_what_is_moved_for_good_with_its_images_has_the_same_labels(a_scene: Any) -> None:
    volume = add_volume(a_beating_heart()[0])
    node, turn = write(volume, rings(frames=1)), a_turn(a_scene)
    for moved in (volume, node):
        moved.SetAndObserveTransformNodeID(turn.GetID())
        moved.HardenTransform()
    found = read(node).labels
    assert np.mean(found != rings(frames=1)) < 0.001


def test_a_frame_that_remembers_another_geometry_does_not_count_beside_the_images(
    a_result: tuple[Any, Any, Any],
) -> None:
    """As after "Specify geometry" in Segment Editor; also where the images were moved, if other frames remember."""
    volume, node, labels = a_result
    finer = add_volume(np.zeros((6, 128, 128), np.int16))
    finer.SetSpacing(0.75, 0.75, 8.0)
    node.SetReferenceImageGeometryParameterFromVolumeNode(finer)
    np.testing.assert_array_equal(read(node).labels, labels)
    if len(labels) > 1:
        volume.SetOrigin(137.0, 137.0, -30.0)
        np.testing.assert_array_equal(read(node).labels, labels)


@pytest.mark.parametrize("isMoved", [False, True])
def test_a_frame_that_remembers_another_place_does_not_count_beside_the_others(a_scene: Any, isMoved: bool) -> None:
    """As after "Specify geometry" in one frame, where the images have been moved by 40 x 40 voxels, or not."""
    from LVSegUSlicer.navigation import goToFrame

    volume = add_cine(a_beating_heart())
    node = write(volume, rings())
    other = add_volume(a_beating_heart()[0])
    other.SetSpacing(1.5, 1.5, 8.0)
    other.SetOrigin(60.0, 60.0, 0.0)
    goToFrame(node, 2)
    if isMoved:
        turn = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        turn.SetMatrixTransformToParent(moved_by(60.0, 60.0, 0.0))
        volume.SetAndObserveTransformNodeID(turn.GetID())
    node.SetReferenceImageGeometryParameterFromVolumeNode(other)
    np.testing.assert_array_equal(read(node).labels, rings())


@pytest.mark.parametrize("frame", [0, 1])
def test_of_two_frames_the_one_that_agrees_with_the_images_counts(a_scene: Any, frame: int) -> None:
    assert a_scene is not None
    from LVSegUSlicer.navigation import goToFrame

    node = write(add_cine(a_beating_heart(frames=2)), rings(frames=2))
    other = add_volume(a_beating_heart()[0])
    other.SetSpacing(1.5, 1.5, 8.0)
    other.SetOrigin(60.0, 60.0, 0.0)
    goToFrame(node, frame)
    node.SetReferenceImageGeometryParameterFromVolumeNode(other)
    np.testing.assert_array_equal(read(node).labels, rings(frames=2))


def moved_by(right_mm: float, anterior_mm: float, superior_mm: float) -> Any:
    import vtk

    move = vtk.vtkTransform()
    move.Translate(right_mm, anterior_mm, superior_mm)
    return move.GetMatrix()


def replace_segment(node: Any, name: str, *, keepsCode: bool = True) -> Any:
    """Let the cavity's segment in the frame shown have another ID and name."""
    segmentation = node.GetSegmentation()
    segment = segmentation.GetSegment(segmentation.AddEmptySegment("", name))
    segment.DeepCopy(segmentation.GetSegment("LV"))
    segment.SetName(name)
    if not keepsCode:
        segment.RemoveTag(TERMINOLOGY)
    segmentation.RemoveSegment("LV")
    return segment


@pytest.mark.parametrize(("name", "keepsCode"), [("mine", True), ("lv blood pool ", False)])
def test_a_segment_that_takes_the_place_of_another_counts(
    a_result: tuple[Any, Any, Any], name: str, keepsCode: bool
) -> None:
    _volume, node, labels = a_result
    replace_segment(node, name, keepsCode=keepsCode)
    np.testing.assert_array_equal(read(node).labels, labels)


def test_of_two_with_the_code_that_with_the_name_counts(a_result: tuple[Any, Any, Any]) -> None:
    _volume, node, labels = a_result
    segment = replace_segment(node, "mine")
    segmentation = node.GetSegmentation()
    other = segmentation.GetSegment(segmentation.AddEmptySegment("", "other"))
    other.DeepCopyMetadata(segment)
    other.SetName("other")
    with pytest.raises(InputError):
        read(node)
    segment.SetName("LV blood pool")
    np.testing.assert_array_equal(read(node).labels, labels)


def test_a_segment_with_the_regions_name_counts_before_the_one_that_was_made_for_it(
    a_result: tuple[Any, Any, Any],
) -> None:
    _volume, node, labels = a_result
    segmentation = node.GetSegmentation()
    drawn = segmentation.GetSegment(segmentation.AddEmptySegment("", "LV blood pool"))
    np.testing.assert_array_equal(read(node).labels, labels)  # two of this name: the one that was made for it
    segmentation.GetSegment("LV").SetName("LV old")
    assert not (read(node).labels[0] == CAVITY.value).any()
    drawn.SetName("mine")
    np.testing.assert_array_equal(read(node).labels, labels)


def test_a_segment_that_was_given_another_regions_name_counts_once(a_result: tuple[Any, Any, Any]) -> None:
    """Not as both regions, of which the second would have 0 mL."""
    _volume, node, _labels = a_result
    segmentation = node.GetSegmentation()
    segmentation.RemoveSegment("LV")
    segmentation.GetSegment("MYO").SetName("LV blood pool")
    with pytest.raises(InputError, match='no segment "LV myocardium"'):
        read(node)


def test_of_a_single_volume_no_frame_is_named(a_scene: Any) -> None:
    assert a_scene is not None
    node = write(add_volume(a_beating_heart()[0]), rings(frames=1))
    node.GetSegmentation().RemoveSegment("LV")
    with pytest.raises(InputError, match=r'^sax LV: it has no segment "LV blood pool": rename'):
        read(node)


def test_of_one_frame_of_a_cine_the_name_says_which(a_scene: Any) -> None:
    cine = add_cine(a_beating_heart())
    a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode").SetSelectedItemNumber(3)
    node = write(cine, rings()[3:], allFrames=False)
    node.GetSegmentation().RemoveSegment("LV")
    with pytest.raises(InputError, match=r'^cine LV frame 3: it has no segment "LV blood pool": rename'):
        read(node)


def test_frames_are_counted_as_in_the_cine(a_scene: Any) -> None:
    """Also where the result has lost the one before."""
    import slicer

    from LVSegUSlicer.navigation import goToFrame

    node = write(add_cine(a_beating_heart()), rings())
    goToFrame(node, 2)
    replace_segment(node, "mine", keepsCode=False)
    browser = a_scene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    sequence = browser.GetSequenceNode(node)
    sequence.RemoveDataNodeAtValue(sequence.GetNthIndexValue(0))
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    with pytest.raises(InputError, match="cine LV: frame 2 has no segment"):
        read(node)


def test_a_segment_that_is_missing_in_a_frame_is_named(a_scene: Any) -> None:
    assert a_scene is not None
    from LVSegUSlicer.navigation import goToFrame

    node = write(add_cine(a_beating_heart()), rings())
    goToFrame(node, 2)
    replace_segment(node, "mine", keepsCode=False)
    with pytest.raises(
        InputError, match='cine LV: frame 2 has no segment "LV blood pool": rename what takes its place'
    ):
        read(node)


def test_empty_segments_are_there_after_a_scene_was_saved(a_scene: Any, tmp_path: Path) -> None:
    import slicer

    node = write(add_cine(a_beating_heart()), 0 * rings())
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    a_scene.Clear(0)
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    (node,) = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    assert not read(node).labels.any()
