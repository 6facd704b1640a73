"""Choosing the input: what is recognised, and what is refused with a reason."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.reading import dicom_header
from Testing.desktop.file_dialog import FileDialog
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume, node_ids
from Testing.desktop.start import OpenModule
from Testing.desktop.user import click, wait_until


def choose(opened: OpenModule, node: Any) -> Any:
    """Choose an input; returns the panel's widgets."""
    opened.panel.ui.inputSelector.setCurrentNode(node)
    return opened.panel.ui


def test_a_cine_is_recognised(the_panel: OpenModule) -> None:
    ui = choose(the_panel, add_cine(a_beating_heart(frames=4, slices=6, size=64)))
    assert ui.inputLabel.text == "6 slices x 4 frames, 64 x 64 pixels, 1.50 x 1.50 x 8.00 mm"
    assert ui.applyButton.enabled
    assert ui.framesComboBox.enabled


def test_the_current_frame_only_is_one_frame(the_panel: OpenModule) -> None:
    ui = choose(the_panel, add_cine(a_beating_heart(frames=4)))
    ui.framesComboBox.currentIndex = 1
    assert ui.framesComboBox.currentText == "Current frame only"
    assert "6 slices x 1 frame," in ui.inputLabel.text


def test_a_plain_volume_has_no_frames_to_choose(the_panel: OpenModule) -> None:
    ui = choose(the_panel, add_volume(a_beating_heart()[0]))
    assert "6 slices x 1 frame," in ui.inputLabel.text
    assert ui.applyButton.enabled
    assert not ui.framesComboBox.enabled


def test_the_browser_of_a_cine_is_as_good_as_its_volume(the_panel: OpenModule, the_desktop: Any) -> None:
    add_cine(a_beating_heart(frames=4))
    ui = choose(the_panel, the_desktop.util.getNode("cine browser"))
    assert "6 slices x 4 frames" in ui.inputLabel.text
    assert ui.applyButton.enabled


def test_a_removed_input_disables_apply(the_panel: OpenModule, the_desktop: Any) -> None:
    volume = add_volume(a_beating_heart()[0])
    ui = choose(the_panel, volume)
    assert ui.applyButton.enabled
    the_desktop.mrmlScene.RemoveNode(volume)
    assert not ui.applyButton.enabled
    assert "Choose a short-axis cine" in ui.inputLabel.text


def test_a_fault_is_shown_and_the_panel_goes_on(the_panel: OpenModule, monkeypatch: pytest.MonkeyPatch) -> None:
    from LVSegUSlicer import input_view

    def fail(*_: Any, **__: Any) -> str:
        raise IndexError("broken")

    volume = add_volume(a_beating_heart()[0])
    with monkeypatch.context() as patched:
        patched.setattr(input_view, "describeInput", fail)
        ui = choose(the_panel, volume)
        assert "Fault in LVSegU: IndexError: broken" in ui.inputLabel.text
        assert not ui.applyButton.enabled
    the_panel.panel.update()
    assert ui.applyButton.enabled


def a_ct() -> Any:
    return add_volume(a_beating_heart()[0] - np.int16(1200), "CT")


def a_colour_volume() -> Any:
    return add_volume(np.zeros((6, 64, 64, 3), np.uint8), "colour", "vtkMRMLVectorVolumeNode")


def a_label_map() -> Any:
    return add_volume((a_beating_heart()[0] > 500).astype(np.uint8), "labels", "vtkMRMLLabelMapVolumeNode")


def a_single_slice() -> Any:
    return add_volume(a_beating_heart(slices=1)[0], "one slice")


def a_volume_without_pixels() -> Any:
    import slicer

    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "empty")


def frames_of_differing_geometry() -> Any:
    import slicer

    proxy = add_cine(a_beating_heart(frames=3), "mixed")
    sequence = slicer.mrmlScene.GetFirstNode("mixed", "vtkMRMLSequenceNode")
    sequence.GetNthDataNode(1).SetSpacing(2.0, 2.0, 8.0)
    return proxy


def pixels_that_are_not_numbers() -> Any:
    pixels = a_beating_heart()[0].astype(np.float32)
    pixels[2, 10, 10] = np.nan
    return add_volume(pixels, "NaN")


@pytest.mark.parametrize(
    "make",
    [
        a_ct,
        a_colour_volume,
        a_label_map,
        a_single_slice,
        a_volume_without_pixels,
        frames_of_differing_geometry,
        pixels_that_are_not_numbers,
    ],
)
def test_bad_input_gets_a_reason_and_leaves_nothing(
    the_panel: OpenModule, the_desktop: Any, make: Callable[[], Any]
) -> None:
    """Seen at once it disables Apply; seen in the pixels only, Apply says so and can be used again."""
    ui = choose(the_panel, make())
    before = node_ids()
    if ui.applyButton.enabled:
        click(ui.applyButton)
        wait_until(lambda: not the_panel.panel.logic.isRunning)
        assert ui.applyButton.text == "Apply"
        reason = ui.statusLabel.text
    else:
        reason = ui.inputLabel.text
        assert ui.applyButton.toolTip == reason
    assert ":" in reason, "what was given, and what to do"
    assert len(reason) > 30
    assert node_ids() == before
    good = add_volume(a_beating_heart()[0], "good")
    assert choose(the_panel, good).applyButton.enabled
    the_desktop.mrmlScene.RemoveNode(good)


def test_a_dicom_folder_is_loaded_and_chosen(the_panel: OpenModule, the_sample_patient: Path) -> None:
    ui = the_panel.panel.ui
    FileDialog.will_choose(the_sample_patient)
    click(ui.dicomButton)
    read(the_panel)
    assert ui.inputLabel.text.startswith("12 slices x 20 frames")
    assert (ui.applyButton.text, ui.applyButton.enabled, ui.inputSection.enabled) == ("Apply", True, True)
    assert ui.statusLabel.text == ""
    FileDialog.will_choose("")
    click(ui.dicomButton)
    assert FileDialog.asked == [("Folder of the DICOM files of a short-axis cine", str(the_sample_patient))]


def read(opened: OpenModule) -> None:
    """Wait until the folder is read."""
    wait_until(lambda: not opened.panel.folderReader.isRunning)


@pytest.fixture
def a_slow_folder(the_sample_patient: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The reading of a folder ends when the event is set."""
    from LVSegUSlicer import dicom_folder

    may_end, read_cine = threading.Event(), dicom_folder.read_cine

    def read_slowly(folder: Path, progress: Callable[[float], None]) -> Any:
        progress(0.25)
        assert may_end.wait(60)
        return read_cine(folder, progress=progress)

    monkeypatch.setattr(dicom_folder, "read_cine", read_slowly)
    FileDialog.will_choose(the_sample_patient)
    yield may_end
    may_end.set()


def test_the_panel_can_be_used_while_a_folder_is_read(the_panel: OpenModule, a_slow_folder: threading.Event) -> None:
    ui = the_panel.panel.ui
    click(ui.dicomButton)
    assert ui.statusLabel.text.startswith("Reading ")
    assert (ui.applyButton.text, ui.inputSection.enabled) == ("Cancel", False)
    assert ui.progressBar.maximum == 0, "a bar that moves, for nobody knows yet how much there is"
    wait_until(lambda: ui.progressBar.value == 25)
    assert (ui.progressBar.maximum, ui.applyButton.text, ui.applyButton.enabled) == (100, "Cancel", True)
    assert ui.statusLabel.text.startswith("Reading ")
    a_slow_folder.set()
    read(the_panel)
    assert ui.progressBar.maximum == 100
    assert ui.inputLabel.text.startswith("12 slices x 20 frames")


def test_a_folder_that_is_given_up_is_not_read_to_its_end(
    the_panel: OpenModule, a_slow_folder: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    ui, opened, read_header = the_panel.panel.ui, list[Path](), dicom_header._add

    def add(file: Path, contents: dicom_header.FolderContents) -> None:
        opened.append(file)
        read_header(file, contents)

    monkeypatch.setattr(dicom_header, "_add", add)
    click(ui.dicomButton)
    wait_until(lambda: ui.progressBar.value == 25)
    click(ui.applyButton)
    a_slow_folder.set()
    wait_until(lambda: not any(thread.name == "LVSegU" for thread in threading.enumerate()))
    assert opened == [], "not even one of 240 is looked into"


def test_reading_a_folder_can_be_cancelled(the_panel: OpenModule, a_slow_folder: threading.Event) -> None:
    ui, before = the_panel.panel.ui, node_ids()
    click(ui.dicomButton)
    click(ui.applyButton)
    assert not the_panel.panel.folderReader.isRunning
    assert (ui.statusLabel.text, ui.applyButton.text, ui.inputSection.enabled) == ("Cancelled", "Apply", True)
    a_slow_folder.set()
    wait_until(lambda: not any(thread.name == "LVSegU" for thread in threading.enumerate()))
    assert node_ids() == before


def test_a_scene_that_is_closed_meanwhile_stays_empty(
    the_panel: OpenModule, the_desktop: Any, a_slow_folder: threading.Event
) -> None:
    ui = the_panel.panel.ui
    click(ui.dicomButton)
    the_desktop.mrmlScene.Clear(0)
    assert not the_panel.panel.folderReader.isRunning
    assert ui.inputSection.enabled
    a_slow_folder.set()
    wait_until(lambda: not any(thread.name == "LVSegU" for thread in threading.enumerate()))
    assert the_desktop.util.getNodesByClass("vtkMRMLScalarVolumeNode") == []


def test_what_is_loaded_gets_the_buttons_that_play_it(
    the_panel: OpenModule, the_desktop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(the_desktop.modules.sequences, "showSequenceBrowser", shown.append)
    monkeypatch.setattr(type(the_desktop.app), "layoutManager", lambda _app: object())
    monkeypatch.setattr(the_desktop.util, "setSliceViewerLayers", lambda **_layers: None)
    click(the_panel.panel.ui.sampleButton)
    assert shown == [the_desktop.util.getNode("SCD0000101 browser")]


def test_a_folder_without_a_cine_says_so(the_panel: OpenModule, tmp_path: Path, caplog: Any) -> None:
    before = node_ids()
    FileDialog.will_choose(tmp_path)
    click(the_panel.panel.ui.dicomButton)
    read(the_panel)
    assert "is empty, expected" in the_panel.panel.ui.statusLabel.text
    assert "is empty, expected the DICOM files of a short-axis cine" in caplog.text
    assert node_ids() == before
