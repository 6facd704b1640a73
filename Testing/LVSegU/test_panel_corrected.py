"""A result that was corrected, or from which something was removed in another module, while the panel was left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.errors import InputError
from Testing.desktop.file_dialog import FileDialog
from Testing.desktop.scene import a_beating_heart, add_cine
from Testing.desktop.start import OpenModule
from Testing.desktop.user import click, wait_until

pytest.importorskip("onnxruntime")


@pytest.fixture
def a_result(the_panel: OpenModule) -> Any:
    """The segmentation of a cine."""
    ui = the_panel.panel.ui
    ui.inputSelector.setCurrentNode(add_cine(a_beating_heart(frames=4, slices=6, size=96), "heart"))
    click(ui.applyButton)
    wait_until(lambda: not the_panel.panel.logic.isRunning)
    return the_panel.panel.logic.getParameterNode().segmentation


def correct(opened: OpenModule, slicer: Any, segmentation: Any) -> None:
    """Empty a slice of the frame shown, in another module."""
    opened.leave()
    volume, segment = opened.panel.logic.getParameterNode().inputNode, segmentation.GetSegmentation().GetNthSegmentID(0)
    pixels = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment, volume)
    pixels[3] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(pixels, segmentation, segment, volume)
    opened.enter()


def test_a_correction_is_told_of_until_it_is_measured(the_panel: OpenModule, the_desktop: Any, a_result: Any) -> None:
    ui = the_panel.panel.ui
    the_panel.leave()
    the_panel.enter()
    assert not ui.warningLabel.visible
    correct(the_panel, the_desktop, a_result)
    assert ui.warningLabel.visible
    assert "Update measurements" in ui.warningLabel.text
    click(ui.updateButton)
    assert not ui.warningLabel.visible


def test_a_correction_that_was_saved_unmeasured_is_told_of(
    the_panel: OpenModule, the_desktop: Any, a_result: Any, tmp_path: Path
) -> None:
    ui, path = the_panel.panel.ui, str(tmp_path / "scene.mrb")
    correct(the_panel, the_desktop, a_result)
    assert the_desktop.util.saveScene(path)
    the_desktop.mrmlScene.Clear(0)
    the_desktop.util.loadScene(path)
    assert ui.resultsPanel.visible and ui.warningLabel.visible


def test_damaged_measures_are_told_of_once(the_panel: OpenModule, a_result: Any, caplog: Any) -> None:
    opened, ui = the_panel.panel, the_panel.panel.ui
    opened.logic.resultsOf(a_result).measuresTableNode.SetAttribute("LVSegU.Measures", "{")
    parameters = opened.logic.getParameterNode()
    parameters.segmentation = None
    parameters.segmentation = a_result
    for smoothing in (0.1, 0.2, 0.3):
        parameters.smoothing = smoothing
    assert caplog.text.count("its measures cannot be read") == 1
    assert ui.noResultLabel.visible and ui.measureButton.visible
    opened.logic.updateMeasurements(a_result)
    parameters.smoothing = 0.4
    assert ui.resultsPanel.visible, "measured by a script meanwhile"


def test_playing_the_cine_is_no_correction(the_panel: OpenModule, a_result: Any) -> None:
    browser = the_panel.panel.logic.resultsOf(a_result).browserNode
    the_panel.leave()
    for item in (1, 2, 3):
        browser.SetSelectedItemNumber(item)
    the_panel.enter()
    assert not the_panel.panel.ui.warningLabel.visible


def test_tables_and_chart_that_were_removed_are_made_anew_when_needed(
    the_panel: OpenModule, the_desktop: Any, a_result: Any, tmp_path: Path, caplog: Any
) -> None:
    ui, logic = the_panel.panel.ui, the_panel.panel.logic
    values = [ui.measuresTable.item(row, 2).text() for row in range(4)]
    results = logic.resultsOf(a_result)
    the_desktop.mrmlScene.RemoveNode(results.chartNode)
    click(ui.chartButton)
    assert logic.resultsOf(a_result).chartNode is not None
    for node in (results.measuresTableNode, results.framesTableNode):
        the_desktop.mrmlScene.RemoveNode(node)
    FileDialog.will_choose(tmp_path / "beat.csv")
    click(ui.exportButton)
    assert len((tmp_path / "beat.csv").read_text(encoding="utf-8").splitlines()) == 5
    assert [ui.measuresTable.item(row, 2).text() for row in range(4)] == values
    assert caplog.text == ""


def test_a_result_without_its_measures_can_be_measured_again(
    the_panel: OpenModule, the_desktop: Any, a_result: Any
) -> None:
    ui, logic = the_panel.panel.ui, the_panel.panel.logic
    assert not ui.measureButton.visible
    values = [ui.measuresTable.item(row, 2).text() for row in range(4)]
    the_desktop.mrmlScene.RemoveNode(logic.resultsOf(a_result).measuresTableNode)
    other = the_desktop.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "liver")
    ui.resultSelector.setCurrentNode(other)
    assert (ui.noResultLabel.visible, ui.measureButton.visible) == (True, False)
    ui.resultSelector.setCurrentNode(a_result)
    assert (ui.resultsPanel.visible, ui.measureButton.visible) == (False, True)
    click(ui.measureButton)
    assert (ui.resultsPanel.visible, ui.measureButton.visible) == (True, False)
    assert [ui.measuresTable.item(row, 2).text() for row in range(4)] == values


def test_an_export_after_a_correction_shows_what_it_wrote(
    the_panel: OpenModule, the_desktop: Any, a_result: Any, tmp_path: Path
) -> None:
    ui, logic = the_panel.panel.ui, the_panel.panel.logic
    logic.goToFrame(a_result, "ED")
    correct(the_panel, the_desktop, a_result)
    before = ui.measuresTable.item(0, 2).text()
    FileDialog.will_choose(tmp_path / "beat.csv")
    click(ui.exportButton)
    assert not ui.warningLabel.visible
    volumes = [float(line.split(",")[2]) for line in (tmp_path / "beat.csv").read_text().splitlines()[1:]]
    assert ui.measuresTable.item(0, 2).text() != before
    assert float(ui.measuresTable.item(0, 2).text().split()[0]) == pytest.approx(max(volumes), abs=0.05)


def test_an_export_that_fails_shows_what_was_measured_for_it(
    the_panel: OpenModule, the_desktop: Any, a_result: Any, tmp_path: Path
) -> None:
    ui, logic = the_panel.panel.ui, the_panel.panel.logic
    logic.goToFrame(a_result, "ED")
    correct(the_panel, the_desktop, a_result)
    (tmp_path / "folder.csv").mkdir()
    FileDialog.will_choose(tmp_path / "folder.csv")
    click(ui.exportButton)
    assert float(ui.measuresTable.item(0, 2).text().split()[0]) == pytest.approx(
        logic.resultsOf(a_result).measures.LVEDV, abs=0.05
    )
    assert not ui.warningLabel.visible


def test_an_export_that_cannot_measure_leaves_the_warning(the_panel: OpenModule, a_result: Any, tmp_path: Path) -> None:
    ui = the_panel.panel.ui
    the_panel.leave()
    a_result.GetSegmentation().RemoveSegment("LV")
    the_panel.enter()
    assert ui.warningLabel.visible
    FileDialog.will_choose(tmp_path / "beat.csv")
    click(ui.exportButton)
    assert ui.warningLabel.visible


def test_moving_the_images_is_no_correction(the_panel: OpenModule, a_result: Any) -> None:
    the_panel.leave()
    a_result.GetNodeReference("LVSegU.Input").SetOrigin(137.0, 137.0, -30.0)
    the_panel.enter()
    assert not the_panel.panel.ui.warningLabel.visible


def test_a_result_that_is_removed_is_gone_also_when_the_cine_plays_on(
    the_panel: OpenModule, the_desktop: Any, a_result: Any
) -> None:
    ui = the_panel.panel.ui
    browser = the_panel.panel.logic.resultsOf(a_result).browserNode
    the_desktop.mrmlScene.RemoveNode(a_result)
    browser.SetSelectedItemNumber(2)
    assert not ui.resultsPanel.visible
    assert ui.resultSelector.currentNode() is None
    assert the_desktop.util.getNodesByClass("vtkMRMLSegmentationNode") == []
    click(ui.applyButton)
    wait_until(lambda: not the_panel.panel.logic.isRunning)
    assert ui.resultSelector.currentNode().GetDisplayNode().GetVisibility()


def test_of_the_current_frame_alone_it_is_told_which(the_panel: OpenModule, the_desktop: Any, a_result: Any) -> None:
    ui = the_panel.panel.ui
    the_panel.panel.logic.resultsOf(a_result).browserNode.SetSelectedItemNumber(2)
    ui.framesComboBox.currentIndex = 1
    click(ui.applyButton)
    wait_until(lambda: not the_panel.panel.logic.isRunning)
    assert ui.resultSelector.currentNode().GetName() == "heart LV frame 2"
    assert ui.measuresTable.item(0, 3).text() == "frame 2"
    click(ui.updateButton)
    assert ui.measuresTable.item(0, 3).text() == "frame 2"
    logic = the_panel.panel.logic
    for node in (
        logic.resultsOf(a_result).browserNode,
        logic.resultsOf(ui.resultSelector.currentNode()).measuresTableNode,
    ):
        the_desktop.mrmlScene.RemoveNode(node)
    click(ui.updateButton)
    assert ui.measuresTable.item(0, 3).text() == "frame 2", "also without its table and the browser"


def test_frames_that_are_played_no_more_are_not_measured_as_one(
    the_panel: OpenModule, the_desktop: Any, a_result: Any
) -> None:
    ui, logic = the_panel.panel.ui, the_panel.panel.logic
    the_desktop.mrmlScene.RemoveNode(logic.resultsOf(a_result).browserNode)
    with pytest.raises(InputError, match="heart LV: the sequence browser that plays its frames was removed: play"):
        logic.updateMeasurements(a_result)
    with pytest.raises(InputError, match="was removed"):
        logic.goToFrame(a_result, "ES")
    click(ui.updateButton)
    assert ui.measuresTable.rowCount == 4, "what was measured before stays"
    the_desktop.mrmlScene.RemoveNode(logic.resultsOf(a_result).measuresTableNode)
    ui.resultSelector.setCurrentNode(None)
    ui.resultSelector.setCurrentNode(a_result)
    click(ui.measureButton)
    assert logic.resultsOf(a_result) is None
    with pytest.raises(InputError, match="browser that plays its frames was removed"):
        logic.updateMeasurements(a_result)


def test_one_frame_is_measured_without_a_browser_and_without_its_table(
    the_panel: OpenModule, the_desktop: Any, a_result: Any
) -> None:
    ui, logic = the_panel.panel.ui, the_panel.panel.logic
    ui.framesComboBox.currentIndex = 1
    click(ui.applyButton)
    wait_until(lambda: not logic.isRunning)
    one = ui.resultSelector.currentNode()
    for node in (logic.resultsOf(a_result).browserNode, logic.resultsOf(one).measuresTableNode):
        the_desktop.mrmlScene.RemoveNode(node)
    assert len(logic.updateMeasurements(one).measures.volumes_ml) == 1


def test_only_the_result_that_is_chosen_is_seen(the_panel: OpenModule, the_desktop: Any, a_result: Any) -> None:
    ui = the_panel.panel.ui
    other = the_desktop.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "liver")
    other.CreateDefaultDisplayNodes()
    click(ui.applyButton)
    wait_until(lambda: not the_panel.panel.logic.isRunning)
    second = ui.resultSelector.currentNode()
    assert second is not a_result
    assert visible(a_result, second, other) == [False, True, True]
    ui.resultSelector.nodeActivated.emit(a_result)
    assert visible(a_result, second, other) == [True, False, True]


def visible(*nodes: Any) -> list[bool]:
    return [bool(node.GetDisplayNode().GetVisibility()) for node in nodes]


def test_the_result_names_its_model(the_panel: OpenModule, a_result: Any) -> None:
    assert a_result is not None
    assert "Model: lv." in the_panel.panel.ui.notesLabel.text


def test_a_number_of_pixels_more_is_a_change_and_none_is_not(the_panel: OpenModule, a_result: Any) -> None:
    logic = the_panel.panel.logic
    assert not logic.isChanged(a_result)
    labelmap = a_result.GetSegmentation().GetNthSegment(0).GetRepresentation("Binary labelmap")
    pixels = labelmap.GetPointData().GetScalars()
    assert pixels.GetRange()[1] == 1
    first = next(index for index in range(pixels.GetNumberOfTuples()) if pixels.GetTuple1(index))
    pixels.SetTuple1(first, 0)
    labelmap.Modified()
    assert logic.isChanged(a_result)
    assert np.isfinite(logic.resultsOf(a_result).measures.LVEDV)
