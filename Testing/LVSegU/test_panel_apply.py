"""Apply by mouse click, with the real logic: done, cancelled, failed, and what remains in the scene."""

from pathlib import Path
from typing import Any

import pytest

from LVSegULib.labels import ALL_LABELS
from Testing.desktop.file_dialog import FileDialog
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume, node_ids
from Testing.desktop.start import OpenModule
from Testing.desktop.user import click, wait_until
from Testing.three_labels import heart_images, heart_labels, save_three_label_model

onnxruntime = pytest.importorskip("onnxruntime")


def finished(opened: OpenModule) -> None:
    wait_until(lambda: not opened.panel.logic.isRunning and opened.panel.ui.applyButton.text == "Apply")


@pytest.fixture
def a_cine(the_panel: OpenModule) -> Any:
    """A cine in the scene, chosen in the panel."""
    node = add_cine(a_beating_heart(frames=4, slices=6, size=96))
    the_panel.panel.ui.inputSelector.setCurrentNode(node)
    return node


@pytest.fixture
def a_result(the_panel: OpenModule, a_cine: Any) -> Any:
    """The segmentation of the cine, made by pressing Apply."""
    click(the_panel.panel.ui.applyButton)
    finished(the_panel)
    node = the_panel.panel.logic.getParameterNode().segmentation
    assert node is not None, the_panel.panel.ui.statusLabel.text
    assert a_cine is not None
    return node


def test_apply_segments_and_shows_the_result(the_panel: OpenModule, a_cine: Any) -> None:
    ui = the_panel.panel.ui
    seen: list[int] = []
    ui.progressBar.connect("valueChanged(int)", seen.append)
    click(ui.applyButton)
    assert ui.applyButton.text == "Cancel"
    assert not ui.inputSection.enabled
    finished(the_panel)
    assert ui.statusLabel.text.startswith("Done in")
    assert seen == sorted(seen)
    assert seen[-1] == 100
    assert ui.applyButton.toolTip == "Segment the left ventricle"
    assert ui.inputSection.enabled
    assert ui.resultsPanel.visible
    assert ui.resultSelector.currentNode().GetName() == f"{a_cine.GetName()} LV"
    assert ui.framesTable.rowCount == 4
    ui.inputSelector.setCurrentNode(add_volume(a_beating_heart()[0]))
    assert (ui.progressBar.value, ui.statusLabel.text) == (0, ""), "of another input nothing is done yet"


def test_a_single_volume_shows_its_size(the_panel: OpenModule) -> None:
    ui = the_panel.panel.ui
    ui.inputSelector.setCurrentNode(add_volume(a_beating_heart(size=96)[0], "one"))
    click(ui.applyButton)
    finished(the_panel)
    assert ui.measuresTable.rowCount == 1
    assert ui.measuresTable.item(0, 2).text().endswith(" mL")
    assert not ui.resultsTabs.visible
    assert "there is one frame only" in ui.notesLabel.text
    assert not ui.goToEDButton.enabled


def test_a_model_of_three_labels_shows_what_each_gives(the_panel: OpenModule, tmp_path: Path) -> None:
    ui = the_panel.panel.ui
    the_panel.choose_model(save_three_label_model(tmp_path / "cardiac").path)
    ui.inputSelector.setCurrentNode(add_cine(heart_images(heart_labels())))
    click(ui.applyButton)
    finished(the_panel)
    assert ui.statusLabel.text.startswith("Done in")
    shown = {ui.measuresTable.item(row, 1).text(): row for row in range(ui.measuresTable.rowCount)}
    assert len(shown) == 13
    assert ui.measuresTable.item(shown["Mean thickness at ED"], 3).text() == "4 slices"
    assert float(ui.measuresTable.item(shown["Mean thickness at ED"], 2).text().split()[0]) == pytest.approx(8, abs=0.5)
    titles = [ui.framesTable.horizontalHeaderItem(column).text() for column in range(ui.framesTable.columnCount)]
    assert titles == ["Frame", "Time (ms)", "LV (mL)", "MYO (mL)", "RV (mL)", "Phase"]
    segmentation = the_panel.panel.logic.getParameterNode().segmentation.GetSegmentation()
    assert [segmentation.GetNthSegment(n).GetName() for n in range(3)] == [label.name for label in ALL_LABELS]


def test_work_goes_on_while_the_user_is_in_another_module(the_panel: OpenModule, a_cine: Any) -> None:
    click(the_panel.panel.ui.applyButton)
    the_panel.leave()
    finished(the_panel)
    the_panel.enter()
    ui = the_panel.panel.ui
    assert ui.resultSelector.currentNode().GetName() == f"{a_cine.GetName()} LV"
    assert ui.resultsPanel.visible
    assert ui.applyButton.enabled


def test_cancel_leaves_the_scene_as_it_was(the_panel: OpenModule) -> None:
    ui = the_panel.panel.ui
    ui.inputSelector.setCurrentNode(add_cine(a_beating_heart(frames=30, slices=12, size=128), "long"))
    before = node_ids()
    click(ui.applyButton)
    wait_until(lambda: ui.progressBar.value > 0)
    click(ui.applyButton)
    finished(the_panel)
    assert ui.statusLabel.text == "Cancelled"
    assert ui.progressBar.value == 0
    assert ui.applyButton.enabled
    assert node_ids() == before


def test_cancelling_is_no_error_in_any_language(
    the_panel: OpenModule, a_cine: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """Slicer translates by module: the same word may be another one elsewhere."""
    from LVSegUSlicer import messages

    assert a_cine is not None
    monkeypatch.setattr(messages, "_", str.upper)
    ui = the_panel.panel.ui
    click(ui.applyButton)
    click(ui.applyButton)
    finished(the_panel)
    assert ui.statusLabel.text == "CANCELLED"
    assert caplog.text == "", "no dialog"


def test_removing_the_input_while_it_runs_says_so(the_panel: OpenModule, the_desktop: Any, a_cine: Any) -> None:
    ui = the_panel.panel.ui
    click(ui.applyButton)
    the_desktop.mrmlScene.RemoveNode(a_cine)
    finished(the_panel)
    assert the_desktop.util.getNodesByClass("vtkMRMLSegmentationNode") == []
    assert ui.statusLabel.text
    assert not ui.applyButton.enabled
    ui.inputSelector.setCurrentNode(add_volume(a_beating_heart()[0]))
    assert ui.applyButton.enabled


def test_closing_the_scene_while_it_runs_leaves_it_empty(the_panel: OpenModule, the_desktop: Any, a_cine: Any) -> None:
    assert a_cine is not None
    click(the_panel.panel.ui.applyButton)
    the_desktop.mrmlScene.Clear(0)
    finished(the_panel)
    assert the_desktop.util.getNodesByClass("vtkMRMLSegmentationNode") == []
    assert the_panel.panel.ui.inputSelector.currentNode() is None


@pytest.mark.parametrize(
    ("message", "shown"),
    [("the network stopped: out of memory: close other programs", "out of memory"), ("", "Fault in LVSegU")],
)
def test_an_engine_that_fails_says_so_and_apply_can_be_used_again(
    the_panel: OpenModule, a_cine: Any, monkeypatch: pytest.MonkeyPatch, message: str, shown: str
) -> None:
    from LVSegULib.engines.onnx import OnnxEngine
    from LVSegULib.errors import EngineError

    def fail(*_: Any) -> Any:
        raise EngineError(message) if message else IndexError("broken")

    assert a_cine is not None
    before = node_ids()
    with monkeypatch.context() as patched:
        patched.setattr(OnnxEngine, "logits", fail)
        click(the_panel.panel.ui.applyButton)
        finished(the_panel)
    ui = the_panel.panel.ui
    assert shown in ui.statusLabel.text
    assert node_ids() == before
    click(ui.applyButton)
    finished(the_panel)
    assert ui.statusLabel.text.startswith("Done in")


def test_a_refused_installation_says_so(the_panel: OpenModule, a_cine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from LVSegULib.errors import EngineError

    def refuse(engine: str) -> None:
        raise EngineError(f"{engine}: nothing was installed: press Apply again and allow it")

    assert a_cine is not None
    monkeypatch.setattr(the_panel.module, "ensureEngine", refuse)
    click(the_panel.panel.ui.applyButton)
    ui = the_panel.panel.ui
    assert "press Apply again and allow it" in ui.statusLabel.text
    assert (ui.applyButton.text, ui.applyButton.enabled) == ("Apply", True)


def test_an_installation_is_told_of_while_it_lasts(
    the_panel: OpenModule, a_cine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes minutes, and so the panel must not look as if the button did nothing."""
    ui, seen = the_panel.panel.ui, []
    monkeypatch.setattr(the_panel.module, "missingPackages", lambda _engine: ("onnxruntime",))
    monkeypatch.setattr(the_panel.module, "ensureEngine", lambda _engine: seen.append(ui.statusLabel.text))
    assert a_cine is not None
    click(ui.applyButton)
    finished(the_panel)
    assert seen == ["Installing what is missing"]
    assert ui.statusLabel.text.startswith("Done in")


def test_the_buttons_lead_to_ed_and_es(the_panel: OpenModule, a_result: Any) -> None:
    ui, results = the_panel.panel.ui, the_panel.panel.logic.resultsOf(a_result)
    for button, frame in ((ui.goToESButton, results.measures.es_frame), (ui.goToEDButton, results.measures.ed_frame)):
        if frame is not None:
            click(button)
            assert results.browserNode.GetSelectedItemNumber() == frame
        else:
            assert not button.enabled


def test_the_result_opens_in_the_segment_editor(the_panel: OpenModule, the_desktop: Any, a_result: Any) -> None:
    from Testing.desktop.application import MainWindow

    window = MainWindow()
    click(the_panel.panel.ui.editButton)
    assert window.moduleSelector().selected == ["SegmentEditor"]
    editor = the_desktop.modules.segmenteditor.widgetRepresentation().self().editor
    assert editor.segmentationNode() is a_result
    assert editor.sourceVolumeNode() is not None
    window.deleteLater()


def test_the_chart_is_shown_in_the_layout(
    the_panel: OpenModule, the_desktop: Any, a_result: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    layouts = the_desktop.vtkMRMLLayoutNode
    layout = the_desktop.mrmlScene.AddNode(layouts())
    layout.SetViewArrangement(layouts.SlicerLayoutFourUpView)
    monkeypatch.setattr(type(the_desktop.app), "layoutManager", lambda _app: layout)
    click(the_panel.panel.ui.chartButton)
    chart = the_panel.panel.logic.resultsOf(a_result).chartNode
    assert layout.GetViewArrangement() == layouts.SlicerLayoutFourUpPlotView
    assert the_desktop.app.applicationLogic().GetSelectionNode().GetActivePlotChartID() == chart.GetID()


def test_measurements_follow_a_correction(the_panel: OpenModule, the_desktop: Any, a_result: Any) -> None:
    """Every frame gets the same box of 10 x 10 x 2 voxels of 1.5 x 1.5 x 8 mm: 3.6 mL."""
    import numpy as np

    ui, results = the_panel.panel.ui, the_panel.panel.logic.resultsOf(a_result)
    box = np.zeros((6, 96, 96), np.uint8)
    box[2:4, 40:50, 40:50] = 1
    segment = a_result.GetSegmentation().GetNthSegmentID(0)
    volume = the_panel.panel.logic.getParameterNode().inputNode
    for item in range(4):
        results.browserNode.SetSelectedItemNumber(item)
        the_desktop.util.updateSegmentBinaryLabelmapFromArray(box, a_result, segment, volume)
    click(ui.updateButton)
    assert [ui.framesTable.item(row, 2).text() for row in range(4)] == ["3.6"] * 4


def test_the_table_is_exported(the_panel: OpenModule, a_result: Any, tmp_path: Path) -> None:
    assert a_result is not None
    FileDialog.will_choose(tmp_path / "mine.csv")
    click(the_panel.panel.ui.exportButton)
    lines = (tmp_path / "mine.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "frame,time_ms,LV_cavity_ml,phase,flagged_slices"
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("name", "suggested"),
    [
        ("6: cine_SAX LV", "6_cine_SAX_LV.csv"),
        ("6: cine 1/2 LV", "6_cine_1_2_LV.csv"),
        ("Schnitt\u00a0\u00fcber <ES>?", "Schnitt_\u00fcber_ES.csv"),
        ("  ", "cine.csv"),
    ],
)
def test_the_suggested_file_can_be_written_on_every_system(
    the_panel: OpenModule, a_result: Any, name: str, suggested: str
) -> None:
    a_result.SetName(name)
    FileDialog.will_choose("")
    click(the_panel.panel.ui.exportButton)
    ((_caption, path),) = FileDialog.asked
    assert Path(path).name == suggested
    assert Path(path).parent.is_dir()


@pytest.mark.parametrize(("typed", "written"), [("beat", "beat.csv"), ("beat.txt", "beat.txt")])
def test_a_name_typed_without_ending_gets_one(
    the_panel: OpenModule, a_result: Any, tmp_path: Path, typed: str, written: str
) -> None:
    assert a_result is not None
    FileDialog.will_choose(tmp_path / typed)
    click(the_panel.panel.ui.exportButton)
    assert [path.name for path in tmp_path.iterdir()] == [written]


def test_an_ending_that_is_added_replaces_no_file_unasked(the_panel: OpenModule, a_result: Any, tmp_path: Path) -> None:
    assert a_result is not None
    (tmp_path / "beat.csv").write_text("kept", encoding="utf-8")
    FileDialog.will_choose(tmp_path / "beat", "")
    click(the_panel.panel.ui.exportButton)
    assert FileDialog.asked[1][1] == str(tmp_path / "beat.csv")
    assert (tmp_path / "beat.csv").read_text(encoding="utf-8") == "kept"


def test_a_folder_that_cannot_be_written_says_so(
    the_panel: OpenModule, a_result: Any, tmp_path: Path, caplog: Any
) -> None:
    assert a_result is not None
    (tmp_path / "file").touch()
    FileDialog.will_choose(tmp_path / "file" / "mine.csv")
    click(the_panel.panel.ui.exportButton)
    assert "cannot write" in caplog.text


def test_a_second_result_does_not_replace_the_first(the_panel: OpenModule, the_desktop: Any, a_result: Any) -> None:
    click(the_panel.panel.ui.applyButton)
    finished(the_panel)
    second = the_panel.panel.ui.resultSelector.currentNode()
    assert second is not a_result
    assert second.GetName() != a_result.GetName()
    the_panel.panel.ui.resultSelector.setCurrentNode(a_result)
    assert the_panel.panel.ui.resultsPanel.visible
    assert len(the_desktop.util.getNodesByClass("vtkMRMLSegmentationNode")) == 2


def test_a_removed_result_is_shown_no_more(the_panel: OpenModule, the_desktop: Any, a_result: Any) -> None:
    the_desktop.mrmlScene.RemoveNode(a_result)
    assert not the_panel.panel.ui.resultsPanel.visible
    assert the_panel.panel.ui.noResultLabel.visible


def test_a_segmentation_of_another_module_has_no_measurements(the_panel: OpenModule, the_desktop: Any) -> None:
    other = the_desktop.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "liver")
    the_panel.panel.ui.resultSelector.setCurrentNode(other)
    assert 'no measurements of "liver"' in the_panel.panel.ui.noResultLabel.text
    assert not the_panel.panel.ui.resultsPanel.visible
