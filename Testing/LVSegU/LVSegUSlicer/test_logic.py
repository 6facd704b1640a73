"""From a node to results: the same as the command line's, found again after a reload, and updated after corrections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from LVSegULib.engines.base import installed_engines, open_engine
from LVSegULib.errors import InputError, OutputError, UsageError
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.segmentation.to_files import Segmenter, Source, segment_to_files
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume, node_ids
from Testing.LVSegU.segmenting import process

ENGINES = installed_engines()


def rows_of(table: Path) -> list[list[str]]:
    return [line.split(",") for line in table.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def logic(a_scene: Any) -> Iterator[Any]:
    """The logic on an empty scene."""
    assert a_scene is not None
    from LVSegUSlicer.logic import LVSegULogic

    yield LVSegULogic()


@pytest.fixture
def the_sample(a_scene: Any) -> Any:
    """The sample patient in the scene."""
    assert a_scene is not None
    from LVSegUSlicer.sample_data import loadSamplePatient

    return loadSamplePatient()


@pytest.fixture
def a_result(logic: Any) -> Any:
    """The results of a phantom of four frames."""
    return process(logic, add_cine(a_beating_heart(frames=4, slices=6, size=96)), engine=ENGINES[0])


@pytest.mark.parametrize("engine", ["onnxruntime", "torch"])
def test_labels_and_table_are_those_of_the_command_line(
    engine: str, logic: Any, the_sample: Any, the_sample_patient: Path, tmp_path: Path
) -> None:
    pytest.importorskip(engine)
    from LVSegUSlicer.scene_labels import readLabels

    model = find_model("lv")
    segmenter = Segmenter(model, open_engine(model, engine))
    outcome = segment_to_files(Source(the_sample_patient), tmp_path, segmenter)
    results = process(logic, the_sample, engine=engine)
    expected = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / f"{outcome.cine.name}.nii.gz")))
    labels = readLabels(results.segmentationNode).labels
    np.testing.assert_array_equal(labels, expected)
    assert labels.any()
    assert results.measures.volumes_ml == pytest.approx(outcome.found.measures.volumes_ml, rel=1e-6)
    assert results.measures.warnings == outcome.found.measures.warnings
    logic.exportCsv(results.segmentationNode, tmp_path / "mine.csv")
    mine, theirs = (rows_of(tmp_path / name) for name in ("mine.csv", f"{outcome.cine.name}.csv"))
    assert [(row[0], *row[2:]) for row in mine] == [(row[0], *row[2:]) for row in theirs]
    # the browser's times have six digits
    assert [float(row[1]) for row in mine[1:]] == pytest.approx([float(row[1]) for row in theirs[1:]], abs=0.02)


def test_the_results_are_in_the_scene(logic: Any, the_sample: Any) -> None:
    shares: list[tuple[float, str]] = []
    results = process(logic, the_sample, progress=lambda share, step: shares.append((share, step)))
    assert results.segmentationNode.GetName() == "SCD0000101 LV"
    assert results.segmentationNode.GetSegmentation().GetNthSegment(0).GetName() == "LV blood pool"
    assert results.browserNode.GetProxyNode(results.browserNode.GetSequenceNode(the_sample)) is the_sample
    assert results.framesTableNode.GetNumberOfRows() == 20
    names = [results.chartNode.GetNthPlotSeriesNode(n).GetName() for n in range(3)]
    assert names[0] == "LV blood pool"
    assert [name[:3] for name in names[1:]] == ["ED:", "ES:"]
    assert results.chartNode.GetNumberOfPlotSeriesNodes() == 3
    assert results.measures.LVEDV > results.measures.LVESV > 0
    assert shares == sorted(shares, key=lambda report: report[0])
    assert (shares[0][0], shares[-1][0]) == (0.0, 1.0)
    assert len({step for _, step in shares}) == 3
    assert {"read", "load", "prepare", "network", "restore", "write"} <= results.seconds.keys()


def test_the_surface_holds_the_volume_that_was_measured(logic: Any, the_sample: Any) -> None:
    """With the smoothing that the panel begins with; computed by VTK from the triangles."""
    import vtk

    results = process(logic, the_sample)
    for which, volume_ml in (("ED", results.measures.LVEDV), ("ES", results.measures.LVESV)):
        logic.goToFrame(results.segmentationNode, which)
        inside = vtk.vtkMassProperties()
        inside.SetInputData(results.segmentationNode.GetClosedSurfaceInternalRepresentation("LV"))
        assert inside.GetVolume() / 1000 == pytest.approx(volume_ml, rel=0.03)


def test_ed_and_es_are_shown_in_the_browser(logic: Any, the_sample: Any) -> None:
    results = process(logic, the_sample)
    for which, frame in (("ES", results.measures.es_frame), ("ED", results.measures.ed_frame)):
        logic.goToFrame(results.segmentationNode, which)
        assert results.browserNode.GetSelectedItemNumber() == frame


def test_a_single_volume_has_no_browser_chart_ed_or_es(logic: Any) -> None:
    results = process(logic, add_volume(a_beating_heart(size=96)[0], "one"))
    assert (results.browserNode, results.chartNode) == (None, None)
    assert len(results.measures.volumes_ml) == 1
    with pytest.raises(InputError, match="one LV: ED cannot be told: there is one frame only"):
        logic.goToFrame(results.segmentationNode, "ED")


def test_the_current_frame_alone_can_be_segmented(logic: Any, a_scene: Any) -> None:
    from LVSegUSlicer.scene_labels import readLabels
    from LVSegUSlicer.sequences import sequenceOf

    node = add_cine(a_beating_heart(frames=4, slices=6, size=96))
    browser, _sequence = sequenceOf(node)
    every = readLabels(process(logic, node).segmentationNode).labels
    browser.SetSelectedItemNumber(2)
    one = process(logic, node, allFrames=False)
    np.testing.assert_array_equal(readLabels(one.segmentationNode).labels, every[2:3])
    assert one.browserNode is None
    assert one.segmentationNode.GetName() == "cine LV frame 2"
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLSequenceNode") == 2  # the images' and the first result's


def test_a_second_run_makes_a_second_result(logic: Any) -> None:
    node = add_cine(a_beating_heart(frames=4, slices=6, size=96))
    first, second = process(logic, node), process(logic, node)
    assert first.segmentationNode is not second.segmentationNode
    assert first.segmentationNode.GetName() != second.segmentationNode.GetName()
    assert first.measures.volumes_ml == second.measures.volumes_ml
    assert logic.resultsOf(first.segmentationNode).framesTableNode is first.framesTableNode


@pytest.mark.parametrize("ending", [".mrml", ".mrb"])
def test_results_are_found_again_after_the_scene_was_saved_and_opened(
    ending: str, logic: Any, a_result: Any, a_scene: Any, the_desktop: Any, tmp_path: Path
) -> None:
    from LVSegUSlicer.scene_labels import readLabels

    labels = readLabels(a_result.segmentationNode).labels
    file = tmp_path / f"scene{ending}"
    assert the_desktop.util.saveScene(str(file))
    a_scene.Clear(0)
    the_desktop.util.loadScene(str(file))
    node = the_desktop.util.getNode("cine LV")
    found = logic.resultsOf(node)
    assert found is not None
    assert found.measures == a_result.measures
    assert found.browserNode.GetName() == a_result.browserNode.GetName()
    assert found.framesTableNode.GetNumberOfRows() == 4
    assert found.chartNode is not None
    np.testing.assert_array_equal(readLabels(node).labels, labels)
    assert logic.updateMeasurements(node).measures.volumes_ml == pytest.approx(a_result.measures.volumes_ml)


def test_measurements_follow_a_correction_in_the_same_nodes(logic: Any, a_result: Any, the_desktop: Any) -> None:
    """Two frames get a box of 10 x 10 x 2 voxels of 1.5 x 1.5 x 8 mm, 3.6 mL, two one of half the size."""
    node, browser = a_result.segmentationNode, a_result.browserNode
    (segment,) = node.GetSegmentation().GetSegmentIDs()
    volume = node.GetNodeReference("LVSegU.Input")
    for item, slices in enumerate((2, 1, 1, 2)):
        box = np.zeros((6, 96, 96), np.uint8)
        box[2 : 2 + slices, 40:50, 40:50] = 1
        browser.SetSelectedItemNumber(item)
        the_desktop.util.updateSegmentBinaryLabelmapFromArray(box, node, segment, volume)
    before = node_ids()
    updated = logic.updateMeasurements(node)
    assert updated.measures.volumes_ml == pytest.approx((3.6, 1.8, 1.8, 3.6))
    assert pytest.approx((3.6, 50.0)) == (updated.measures.LVEDV, updated.measures.LVEF)
    assert updated.framesTableNode is a_result.framesTableNode
    assert updated.measuresTableNode is a_result.measuresTableNode
    assert logic.resultsOf(node).measures == updated.measures
    assert updated.chartNode is a_result.chartNode
    assert node_ids() == before


def test_what_is_exported_is_what_is_there(logic: Any, a_result: Any, the_desktop: Any, tmp_path: Path) -> None:
    """Frame 2 gets a box of 10 x 10 x 2 voxels of 1.5 x 1.5 x 8 mm, 3.6 mL, and is not measured before the export."""
    node, box = a_result.segmentationNode, np.zeros((6, 96, 96), np.uint8)
    box[2:4, 40:50, 40:50] = 1
    a_result.browserNode.SetSelectedItemNumber(2)
    the_desktop.util.updateSegmentBinaryLabelmapFromArray(box, node, "LV", node.GetNodeReference("LVSegU.Input"))
    logic.exportCsv(node, tmp_path / "mine.csv")
    volumes = [float(row[2]) for row in rows_of(tmp_path / "mine.csv")[1:]]
    expected = list(a_result.measures.volumes_ml)
    expected[2] = 3.6
    assert volumes == pytest.approx(expected, rel=1e-3)
    assert logic.resultsOf(node).measures.volumes_ml[2] == pytest.approx(3.6)
    assert not logic.isChanged(node)


def test_a_result_that_lacks_a_segment_is_not_exported(logic: Any, a_result: Any, tmp_path: Path) -> None:
    a_result.segmentationNode.GetSegmentation().RemoveSegment("LV")
    assert logic.isChanged(a_result.segmentationNode)
    with pytest.raises(InputError, match='frame 0 has no segment "LV blood pool"'):
        logic.exportCsv(a_result.segmentationNode, tmp_path / "mine.csv")
    assert not (tmp_path / "mine.csv").exists()


def test_moving_the_images_is_no_change_of_the_result(logic: Any, a_result: Any) -> None:
    node = a_result.segmentationNode
    node.GetNodeReference("LVSegU.Input").SetOrigin(137.0, 137.0, -30.0)
    assert not logic.isChanged(node)
    assert logic.updateMeasurements(node).measures.volumes_ml == pytest.approx(a_result.measures.volumes_ml)


def test_updating_without_a_correction_changes_nothing(logic: Any, the_sample: Any) -> None:
    results = process(logic, the_sample)
    updated = logic.updateMeasurements(results.segmentationNode).measures
    assert updated.volumes_ml == pytest.approx(results.measures.volumes_ml, rel=1e-6)
    assert (updated.ed_frame, updated.es_frame) == (results.measures.ed_frame, results.measures.es_frame)
    assert updated.time_ms == pytest.approx(results.measures.time_ms)


def test_a_segmentation_of_another_module_has_no_results(logic: Any, a_scene: Any, tmp_path: Path) -> None:
    other = a_scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "liver")
    assert logic.resultsOf(other) is None
    assert logic.resultsOf(None) is None
    for call in (
        lambda: logic.goToFrame(other, "ED"),
        lambda: logic.updateMeasurements(other),
        lambda: logic.exportCsv(other, tmp_path / "liver.csv"),
    ):
        with pytest.raises(InputError, match="liver"):
            call()


def test_a_table_that_cannot_be_written_says_so(logic: Any, a_result: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot"):
        logic.exportCsv(a_result.segmentationNode, tmp_path / "file" / "mine.csv")


def test_a_node_in_place_of_a_request_is_refused(logic: Any) -> None:
    with pytest.raises(UsageError, match=r"takes a Request: process\(Request\(node, \.\.\.\)\)"):
        logic.process(add_volume(a_beating_heart()[0]))


def test_smoothing_beyond_its_range_is_refused(logic: Any) -> None:
    with pytest.raises(UsageError, match="smoothing must lie between 0"):
        process(logic, add_volume(a_beating_heart()[0]), smoothing=1.5)
