"""A result can be written anew frame by frame, and put back exactly."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from Testing.desktop.scene import a_beating_heart, add_cine, add_volume, node_ids, play_beside
from Testing.LVSegU.filter_scenes import a_passing_model, a_small_cine
from Testing.LVSegU.segmenting import results_of

pytest.importorskip("onnxruntime")


@pytest.fixture
def a_model(tmp_path: Path) -> str:
    return str(a_passing_model(tmp_path).path)


def table_of(results: Any) -> list[list[str]]:
    table = results.framesTableNode.GetTable()
    return [
        [str(table.GetValue(row, column)) for column in range(table.GetNumberOfColumns())]
        for row in range(table.GetNumberOfRows())
    ]


@pytest.mark.parametrize("isCine", [True, False])
def test_it_is_rewritten_and_put_back_voxel_for_voxel(a_scene: Any, a_model: str, isCine: bool) -> None:
    assert a_scene is not None
    from LVSegULib.labels import CAVITY
    from LVSegUSlicer.original_result import OriginalResult
    from LVSegUSlicer.scene_labels import readLabels

    pixels = a_beating_heart(frames=3, slices=6, size=48)
    results = results_of(add_cine(pixels) if isCine else add_volume(pixels[0]), a_model)
    segmentation = results.segmentationNode
    before, table, nodes = readLabels(segmentation).labels, table_of(results), node_ids()
    surface = segmentation.GetClosedSurfaceInternalRepresentation("LV").GetNumberOfPoints()
    assert before.any()
    original = OriginalResult(results)
    other = np.zeros_like(before)
    other[:, 2:4, 10:20, 12:18] = CAVITY.value
    original.rewrite(other, [CAVITY])
    np.testing.assert_array_equal(readLabels(segmentation).labels, other)
    np.testing.assert_equal(asdict(original.putBack().measures), asdict(results.measures))
    np.testing.assert_array_equal(readLabels(segmentation).labels, before)
    assert table_of(results) == table
    assert segmentation.GetClosedSurfaceInternalRepresentation("LV").GetNumberOfPoints() == surface
    assert node_ids() == nodes


def test_a_correction_that_is_not_in_the_sequence_yet_comes_back_too(a_scene: Any, a_model: str) -> None:
    assert a_scene is not None
    import slicer

    from LVSegULib.labels import CAVITY
    from LVSegUSlicer.original_result import OriginalResult
    from LVSegUSlicer.scene_labels import readLabels

    node = a_small_cine()
    results = results_of(node, a_model)
    results.browserNode.SetSelectedItemNumber(2)
    box = np.zeros((6, 48, 48), np.uint8)
    box[1, 5:9, 5:9] = 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(box, results.segmentationNode, "LV", node)
    before = readLabels(results.segmentationNode).labels
    assert before[2].sum() == 16
    original = OriginalResult(results)
    original.rewrite(np.zeros_like(before), [CAVITY])
    original.putBack()
    np.testing.assert_array_equal(readLabels(results.segmentationNode).labels, before)


def test_segmenting_leaves_no_display_nodes_behind(a_scene: Any, a_model: str) -> None:
    """A frame is written by way of nodes that are removed again, each with its display node."""
    node = a_small_cine()
    results_of(node, a_model)
    displays = [
        a_scene.GetNthNodeByClass(index, "vtkMRMLDisplayNode")
        for index in range(a_scene.GetNumberOfNodesByClass("vtkMRMLDisplayNode"))
    ]
    kinds = [display.GetClassName() for display in displays if display.GetDisplayableNode() is None]
    assert "vtkMRMLLabelMapVolumeDisplayNode" not in kinds
    assert "vtkMRMLSegmentationDisplayNode" not in kinds


def test_the_model_is_known_after_another_frame_was_shown(a_scene: Any, a_model: str) -> None:
    assert a_scene is not None
    from LVSegUSlicer.results_store import KEEP_HEART, MODEL

    results = results_of(a_small_cine(), a_model)
    results.browserNode.SetSelectedItemNumber(3)
    table = results.measuresTableNode
    assert (table.GetAttribute(MODEL), table.GetAttribute(KEEP_HEART)) == ("hand-made", "True")


def display_of(results: Any) -> list[tuple[bool, float, float]]:
    display = results.segmentationNode.GetDisplayNode()
    return [
        (display.GetSegmentVisibility(key), display.GetSegmentOpacity2DFill(key), display.GetSegmentOpacity3D(key))
        for key in results.segmentationNode.GetSegmentation().GetSegmentIDs()
    ]


@pytest.mark.parametrize("isCine", [True, False])
def test_how_segments_are_displayed_stays(a_scene: Any, a_model: str, isCine: bool) -> None:
    assert a_scene is not None
    from LVSegULib.labels import CAVITY
    from LVSegUSlicer.original_result import OriginalResult

    pixels = a_beating_heart(frames=3, slices=6, size=48)
    results = results_of(add_cine(pixels) if isCine else add_volume(pixels[0]), a_model)
    assert display_of(results) == [(True, 0.2, 1.0)]
    display = results.segmentationNode.GetDisplayNode()
    display.SetSegmentVisibility("LV", False)
    display.SetSegmentOpacity2DFill("LV", 0.9)
    display.SetSegmentOpacity3D("LV", 0.5)
    original = OriginalResult(results)
    original.rewrite(np.zeros((original.frameCount, 6, 48, 48), np.uint8), [CAVITY])
    assert display_of(results) == [(False, 0.9, 0.5)]
    original.putBack()
    assert display_of(results) == [(False, 0.9, 0.5)]


def draw_anew(results: Any) -> str:
    """Let another segment take the place of the cavity's in the frame shown; returns its ID."""
    segmentation = results.segmentationNode.GetSegmentation()
    name = str(segmentation.AddEmptySegment("", "LV blood pool"))
    segmentation.GetSegment(name).DeepCopy(segmentation.GetSegment("LV"))
    segmentation.GetSegment(name).SetName("LV blood pool")
    return name


@pytest.mark.parametrize("isCine", [True, False])
@pytest.mark.parametrize("old", ["removed", "renamed"])
def test_a_segment_that_was_drawn_anew_is_rewritten_itself(a_scene: Any, a_model: str, isCine: bool, old: str) -> None:
    """In its place, so that it is displayed as before, and no second one is beside it."""
    assert a_scene is not None
    from LVSegULib.labels import CAVITY
    from LVSegUSlicer.original_result import OriginalResult
    from LVSegUSlicer.scene_labels import readLabels

    pixels = a_beating_heart(frames=3, slices=6, size=48)
    results = results_of(add_cine(pixels) if isCine else add_volume(pixels[0]), a_model)
    node = results.segmentationNode
    drawn = draw_anew(results)
    if old == "removed":
        node.GetSegmentation().RemoveSegment("LV")
    else:
        node.GetSegmentation().GetSegment("LV").SetName("LV old")
    before = readLabels(node).labels
    segments = node.GetSegmentation().GetSegmentIDs()
    node.GetDisplayNode().SetSegmentOpacity2DFill(drawn, 0.9)
    other = np.zeros_like(before)
    other[:, 2:4, 10:20, 12:18] = CAVITY.value
    original = OriginalResult(results)
    original.rewrite(other, [CAVITY])
    np.testing.assert_array_equal(readLabels(node).labels, other)
    assert node.GetSegmentation().GetSegmentIDs() == segments
    assert node.GetDisplayNode().GetSegmentOpacity2DFill(drawn) == 0.9
    original.putBack()
    np.testing.assert_array_equal(readLabels(node).labels, before)


def test_a_segment_that_is_missing_is_added_with_its_name_and_colour(a_scene: Any, a_model: str) -> None:
    assert a_scene is not None
    from LVSegULib.labels import CAVITY
    from LVSegUSlicer.original_result import OriginalResult
    from LVSegUSlicer.scene_labels import readLabels

    results = results_of(add_volume(a_beating_heart(slices=6, size=48)[0]), a_model)
    node = results.segmentationNode
    other = np.zeros_like(readLabels(node).labels)
    other[:, 2:4, 10:20, 12:18] = CAVITY.value
    node.GetSegmentation().RemoveSegment("LV")
    OriginalResult(results).rewrite(other, [CAVITY])
    np.testing.assert_array_equal(readLabels(node).labels, other)
    segment = node.GetSegmentation().GetSegment("LV")
    assert (segment.GetName(), segment.GetColor()) == ("LV blood pool", pytest.approx(CAVITY.colour))


@pytest.mark.parametrize("shown", [0, 2])
@pytest.mark.parametrize("removed", ["browser", "browser and sequence"])
def test_without_its_browser_the_frame_that_was_shown_comes_back(
    a_scene: Any, a_model: str, shown: int, removed: str
) -> None:
    from LVSegULib.labels import CAVITY
    from LVSegUSlicer.original_result import OriginalResult
    from LVSegUSlicer.scene_labels import readLabels

    results = results_of(a_small_cine(), a_model)
    node, browser = results.segmentationNode, results.browserNode
    sequence = browser.GetSequenceNode(node)
    before = readLabels(node).labels
    assert before[0].sum() != before[2].sum()
    original = OriginalResult(results)
    original.rewrite(np.zeros_like(before), [CAVITY])
    browser.SetSelectedItemNumber(shown)
    a_scene.RemoveNode(browser)
    if removed != "browser":
        a_scene.RemoveNode(sequence)
    assert original.putBack().measures == results.measures
    np.testing.assert_array_equal(readLabels(node).labels, before[[shown]])


def test_in_the_browser_of_another_cine_what_is_shown_between_frames_is_put_back_too(
    a_scene: Any, a_model: str
) -> None:
    """At 20 ms Slicer shows a copy of the frame at 0 ms; a copy that is made while filters are off must not stay."""
    assert a_scene is not None
    from LVSegULib.labels import CAVITY
    from LVSegUSlicer.original_result import OriginalResult
    from LVSegUSlicer.scene_labels import _labelsOf, readLabels, referenceGrid

    other = add_cine(a_beating_heart(frames=8, slices=2, size=16), "other", step_ms=20)
    results = results_of(play_beside(add_cine(a_beating_heart(slices=6, size=48)), other), a_model)
    node, browser = results.segmentationNode, results.browserNode
    before = readLabels(node).labels

    def shown(item: int) -> Any:
        browser.SetSelectedItemNumber(item)
        return _labelsOf(node, (CAVITY,), referenceGrid(node))

    for item in range(8):
        np.testing.assert_array_equal(shown(item), before[item // 2])
    original = OriginalResult(results)
    original.rewrite(np.zeros_like(before), [CAVITY])
    assert not any(shown(item).any() for item in range(8))
    original.putBack()
    for item in range(8):
        np.testing.assert_array_equal(shown(item), before[item // 2])
