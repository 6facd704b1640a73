"""Flagged slices in the scene: stored with the result, found after a reload, gone when they are corrected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from Testing.LVSegU.quality_scenes import (
    REASON,
    SHIFTED_FRAMES,
    SHIFTED_SLICE,
    SIZE,
    SLICES,
    a_model_that_flags,
    a_shifted_cine,
    a_shifted_volume,
)
from Testing.LVSegU.segmenting import process

pytest.importorskip("onnxruntime")

EXPECTED = [(frame, index) for frame in SHIFTED_FRAMES for index in (SHIFTED_SLICE - 1, SHIFTED_SLICE)]


@pytest.fixture
def logic(a_scene: Any) -> Any:
    assert a_scene is not None
    from LVSegUSlicer.logic import LVSegULogic

    return LVSegULogic()


@pytest.fixture
def a_model(tmp_path: Path) -> str:
    return str(a_model_that_flags(tmp_path).path)


def places(results: Any) -> list[tuple[int, int]]:
    return [(flag.frame, flag.slice) for flag in results.quality.flags]


def test_flagged_slices_come_with_the_results(logic: Any, a_model: str) -> None:
    results = process(logic, a_shifted_cine(), model=a_model)
    assert places(results) == EXPECTED
    assert {flag.reason for flag in results.quality.flags} == {REASON}
    assert 0 < results.quality.patient < 1
    assert results.quality.flaggedSlices == [0, 2, 2, 0]


def test_a_model_without_calibration_has_none(logic: Any, tmp_path: Path) -> None:
    from Testing.LVSegU.filter_scenes import a_passing_model

    assert process(logic, a_shifted_volume(), model=str(a_passing_model(tmp_path).path)).quality is None


@pytest.mark.parametrize("ending", ["mrml", "mrb"])
def test_they_are_found_after_a_reload(logic: Any, a_model: str, tmp_path: Path, ending: str) -> None:
    import slicer

    before = process(logic, a_shifted_cine(), model=a_model).quality
    path = str(tmp_path / f"scene.{ending}")
    assert slicer.util.saveScene(path)
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(path)
    (node,) = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    assert logic.resultsOf(node).quality == before


def test_a_slice_that_was_corrected_is_flagged_no_more(logic: Any, a_model: str) -> None:
    import slicer

    from LVSegUSlicer.scene_labels import readLabels

    volume = a_shifted_cine()
    results = process(logic, volume, model=a_model)
    node, frame = results.segmentationNode, SHIFTED_FRAMES[0]
    assert places(logic.updateMeasurements(node)) == EXPECTED, "measuring again changes nothing by itself"
    results.browserNode.SetSelectedItemNumber(frame)
    labels = readLabels(node).labels[frame]
    labels[SHIFTED_SLICE] = labels[SHIFTED_SLICE - 1]
    slicer.util.updateSegmentBinaryLabelmapFromArray(labels, node, "LV", volume)
    updated = logic.updateMeasurements(node)
    assert places(updated) == [place for place in EXPECTED if place != (frame, SHIFTED_SLICE)]
    assert logic.resultsOf(node).quality == updated.quality


@pytest.mark.parametrize("of_result", [True, False], ids=["result", "images"])
def test_flags_go_with_the_frames_that_are_removed(
    logic: Any, a_model: str, tmp_path: Path, *, of_result: bool
) -> None:
    """The last of four frames and one of two that have flags, each with two flagged slices."""
    from LVSegUSlicer.result_frames import resultFrames

    node = process(logic, a_shifted_cine(), model=a_model).segmentationNode
    frames = resultFrames(node)
    sequence = frames.sequence if of_result else frames.cine
    for frame in (3, SHIFTED_FRAMES[1]):
        sequence.RemoveDataNodeAtValue(sequence.GetNthIndexValue(frame))
    logic.exportCsv(node, tmp_path / "a.csv")
    lines = [line.split(",") for line in (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()]
    assert [line[-1] for line in lines] == ["flagged_slices", "0", "2"]
    assert places(logic.updateMeasurements(node)) == [place for place in EXPECTED if place[0] == SHIFTED_FRAMES[0]]


@pytest.mark.parametrize("removed", range(4))
@pytest.mark.parametrize("of_result", [True, False], ids=["result", "images"])
def test_flags_stay_with_their_frames_when_another_is_removed(
    logic: Any, a_model: str, removed: int, *, of_result: bool
) -> None:
    from LVSegUSlicer.result_frames import resultFrames

    node = process(logic, a_shifted_cine(), model=a_model).segmentationNode
    frames = resultFrames(node)
    frames.select(3 - removed)  # for a result that is shown is kept
    sequence = frames.sequence if of_result else frames.cine
    sequence.RemoveDataNodeAtValue(sequence.GetNthIndexValue(removed))
    left = [place for place in EXPECTED if place[0] != removed]
    expected = [(frame - (frame > removed), index) for frame, index in left]
    assert places(logic.updateMeasurements(node)) == expected


@pytest.mark.parametrize(("removed", "expected"), [(0, [0, 1]), (1, [1]), (2, [1]), (3, [1, 2])])
def test_frames_that_are_alike_are_not_flagged_twice(a_scene: Any, removed: int, expected: list[int]) -> None:
    """Frames 1 and 2 of four hold the same, and are flagged."""
    assert a_scene is not None
    from LVSegULib.quality.score import Flag, Quality
    from LVSegUSlicer.scene_quality import sceneQuality

    labels = np.zeros((4, 1, 2, 2), np.uint8)
    labels[1:3, 0, 0, 0] = 1
    flags = tuple(Flag(frame, 0, 0.2, REASON) for frame in (1, 2))
    before = sceneQuality(Quality(np.zeros((4, 1)), flags, 0.5, 0.9), labels, 0)
    now = before.uncorrected(np.delete(labels, removed, axis=0))
    assert [flag.frame for flag in now.flags] == expected


@pytest.mark.parametrize(("index", "expected"), [("-1", [0, 0, 2, 2, 0]), ("999", [0, 2, 2, 0, 0])])
def test_a_frame_that_is_added_has_no_flags(logic: Any, a_model: str, index: str, expected: list[int]) -> None:
    """Before the first frame, or after the last."""
    from LVSegUSlicer.result_frames import resultFrames
    from LVSegUSlicer.scene_writer import inputOf

    node = process(logic, a_shifted_cine(), model=a_model).segmentationNode
    frames = resultFrames(node)
    frames.sequence.SetDataNodeAtValue(node, index)
    frames.cine.SetDataNodeAtValue(inputOf(node), index)
    updated = logic.updateMeasurements(node)
    assert updated.quality.flaggedSlices == expected
    assert len(updated.measures.volumes_ml) == 5


def test_permuted_axes_keep_their_slices(logic: Any, a_model: str) -> None:
    """The stack is stored with its slices along J; flags and checksums go by the cine's own slices."""
    import slicer

    from Testing.desktop.scene import add_volume
    from Testing.LVSegU.quality_scenes import shifted_hearts

    pixels = shifted_hearts()[SHIFTED_FRAMES[0]]
    node = add_volume(np.ascontiguousarray(pixels.transpose(1, 0, 2)))
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(np.diag([1.5, 1.5, 8.0, 1.0])[:, [0, 2, 1, 3]]))
    results = process(logic, node, model=a_model)
    assert results.quality.axis == 1
    assert {index for _, index in places(results)} == {SHIFTED_SLICE - 1, SHIFTED_SLICE}
    assert places(logic.updateMeasurements(results.segmentationNode)) == places(results)


def test_turning_filters_off_and_on_brings_them_back(logic: Any, a_model: str) -> None:
    from LVSegUSlicer.original_result import OriginalResult
    from LVSegUSlicer.results_store import storeResults

    results = process(logic, a_shifted_volume(), model=a_model)
    original = OriginalResult(results)
    changed = storeResults(results.segmentationNode, results.measures, {1: [1.0]})
    assert changed.quality is None
    assert original.putBack().quality == results.quality


def test_the_exported_table_counts_them(logic: Any, a_model: str, tmp_path: Path) -> None:
    results = process(logic, a_shifted_cine(), model=a_model)
    logic.exportCsv(results.segmentationNode, tmp_path / "a.csv")
    lines = [line.split(",") for line in (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()]
    assert [line[-1] for line in lines] == ["flagged_slices", "0", "2", "2", "0"]


def middle(view: Any) -> list[float]:
    return [view.GetSliceToRAS().GetElement(row, 3) for row in range(3)]


def test_views_go_to_a_slice_and_its_frame(logic: Any, a_model: str, an_axial_view: Any) -> None:
    """Slices lie 8 mm apart from 0 on; the discs are in the middle of pixels of 1.5 mm."""
    results = process(logic, a_shifted_cine(), model=a_model)
    logic.goToSlice(results.segmentationNode, 2, 4)
    assert results.browserNode.GetSelectedItemNumber() == 2
    assert middle(an_axial_view)[2] == pytest.approx(4 * 8.0)
    logic.goToSlice(results.segmentationNode, 1, 0)
    assert results.browserNode.GetSelectedItemNumber() == 1
    assert middle(an_axial_view)[2] == pytest.approx(0.0)


def test_views_follow_a_transform_and_permuted_axes(a_scene: Any, an_axial_view: Any) -> None:
    """Slices along J, 8 mm apart, moved up by 500 mm: slice 3 of a volume without cavity lies at 524 mm."""
    import slicer

    from LVSegUSlicer.navigation import goToSlice
    from Testing.desktop.scene import add_volume
    from Testing.LVSegU.LVSegUSlicer.test_scene_writer import write

    volume = add_volume(np.zeros((SIZE, SLICES, SIZE), np.int16) + np.arange(SIZE, dtype=np.int16))
    volume.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(np.diag([1.5, 1.5, 8.0, 1.0])[:, [0, 2, 1, 3]]))
    transform = a_scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    matrix = np.eye(4)
    matrix[2, 3] = 500.0
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(matrix))
    volume.SetAndObserveTransformNodeID(transform.GetID())
    node = write(volume, np.zeros((1, SLICES, SIZE, SIZE), np.uint8))
    goToSlice(node, 0, 3, 1)
    assert middle(an_axial_view)[2] == pytest.approx(524.0)


def test_a_result_without_quality_has_no_slice_to_go_to(logic: Any, tmp_path: Path) -> None:
    from LVSegULib.errors import InputError
    from Testing.LVSegU.filter_scenes import a_passing_model

    results = process(logic, a_shifted_volume(), model=str(a_passing_model(tmp_path).path))
    with pytest.raises(InputError, match="cannot tell which slices may be wrong"):
        logic.goToSlice(results.segmentationNode, 0, 0)
