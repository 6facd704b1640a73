"""The list of slices to look at, by mouse click."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.modelfolder.folder import SHIPPED
from Testing.desktop.scene import add_cine
from Testing.desktop.start import OpenModule
from Testing.desktop.user import click, wait_until
from Testing.LVSegU.filter_scenes import a_passing_model
from Testing.LVSegU.quality_scenes import (
    REASON,
    SHIFTED_FRAMES,
    SHIFTED_SLICE,
    a_model_that_flags,
    a_shifted_cine,
    a_shifted_volume,
)

pytest.importorskip("onnxruntime")


def segment(opened: OpenModule, volume: Any, model: Path) -> Any:
    """Choose, press Apply and wait; returns the widgets."""
    ui = opened.panel.ui
    ui.inputSelector.setCurrentNode(volume)
    opened.choose_model(model)
    click(ui.applyButton)
    wait_until(lambda: not opened.panel.logic.isRunning and ui.applyButton.text == "Apply")
    assert ui.statusLabel.text.startswith("Done in"), ui.statusLabel.text
    return ui


def rows_of(table: Any) -> list[list[str]]:
    return [[table.item(row, column).text() for column in range(4)] for row in range(table.rowCount)]


def click_row(table: Any, row: int) -> None:
    from PyQt6.QtCore import Qt
    from PyQt6.QtTest import QTest

    place = table.visualItemRect(table.item(row, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_flagged_slices_are_listed_with_their_frames_and_reasons(the_panel: OpenModule, tmp_path: Path) -> None:
    ui = segment(the_panel, a_shifted_cine(), a_model_that_flags(tmp_path).path)
    assert ui.qualityLabel.visible and ui.flaggedTable.visible
    assert ui.qualityLabel.text.startswith("Quality 0.")
    rows = rows_of(ui.flaggedTable)
    assert [row[:2] for row in rows] == [[str(SHIFTED_SLICE - 1), "1-2"], [str(SHIFTED_SLICE), "1-2"]]
    assert {row[3] for row in rows} == {REASON}
    assert all(0 <= float(row[2]) < 0.8 for row in rows)


def test_a_click_leads_to_the_slice_and_its_frame(the_panel: OpenModule, the_desktop: Any, tmp_path: Path) -> None:
    view = the_desktop.mrmlScene.CreateNodeByClass("vtkMRMLSliceNode")
    view.UnRegister(None)
    view.SetSingletonTag("Red")
    view.SetOrientation("Axial")
    view = the_desktop.mrmlScene.AddNode(view)
    ui = segment(the_panel, a_shifted_cine(), a_model_that_flags(tmp_path).path)
    results = the_panel.panel.resultsView._results
    for row, index in ((1, SHIFTED_SLICE), (0, SHIFTED_SLICE - 1)):
        results.browserNode.SetSelectedItemNumber(0)
        view.JumpSliceByOffsetting(0, 0, -50)
        click_row(ui.flaggedTable, row)
        assert results.browserNode.GetSelectedItemNumber() in SHIFTED_FRAMES
        assert view.GetSliceToRAS().GetElement(2, 3) == pytest.approx(8.0 * index)
    view.JumpSliceByOffsetting(0, 0, -50)
    click_row(ui.flaggedTable, 0)
    assert view.GetSliceToRAS().GetElement(2, 3) == pytest.approx(8.0 * (SHIFTED_SLICE - 1)), "a second click does too"


def test_a_good_result_says_so_in_one_line(the_panel: OpenModule, tmp_path: Path) -> None:
    from Testing.desktop.scene import a_beating_heart, add_volume

    ui = segment(the_panel, add_volume(a_beating_heart()[0]), a_model_that_flags(tmp_path).path)
    assert ui.qualityLabel.text.endswith("of 1, no slice stands out.")
    assert not ui.flaggedTable.visible


def test_a_model_without_calibration_says_nothing(the_panel: OpenModule, tmp_path: Path) -> None:
    ui = segment(the_panel, a_shifted_volume(), a_passing_model(tmp_path).path)
    assert ui.resultsPanel.visible
    assert not ui.qualityLabel.visible
    assert not ui.flaggedTable.visible


def test_the_list_comes_back_with_the_scene(the_panel: OpenModule, the_desktop: Any, tmp_path: Path) -> None:
    ui = segment(the_panel, a_shifted_cine(), a_model_that_flags(tmp_path / "model").path)
    before = rows_of(ui.flaggedTable)
    path = str(tmp_path / "scene.mrb")
    assert the_desktop.util.saveScene(path)
    the_desktop.mrmlScene.Clear(0)
    the_desktop.util.loadScene(path)
    assert ui.resultsPanel.visible
    assert rows_of(ui.flaggedTable) == before
    click_row(ui.flaggedTable, 0)
    browser = the_desktop.mrmlScene.GetFirstNodeByClass("vtkMRMLSequenceBrowserNode")
    assert browser.GetSelectedItemNumber() in SHIFTED_FRAMES


def test_noise_gives_a_warning_above_its_figures(the_panel: OpenModule) -> None:
    """Without a heart there may be figures all the same."""
    pixels = np.random.default_rng(0).integers(0, 400, (4, 6, 96, 96)).astype(np.int16)
    ui = segment(the_panel, add_cine(pixels, "noise"), SHIPPED / "lv")
    assert "Is it a short-axis cine of a heart?" in ui.warningLabel.text
    assert ui.warningLabel.visible and "background-color" in ui.warningLabel.styleSheet
    assert ui.warningLabel.y < ui.measuresTable.y
    ui.resultSelector.setCurrentNode(None)
    assert not ui.warningLabel.isVisibleTo(ui.resultsSection)


def test_half_of_the_cavity_in_good_slices_gives_no_warning(the_desktop: Any) -> None:
    from LVSegULib.quality.score import Flag
    from LVSegUSlicer.quality_view import doubt
    from LVSegUSlicer.scene_quality import SceneQuality

    assert the_desktop is not None
    half = SceneQuality(0.5, (Flag(0, 3, 0.2, REASON),), (0,), frames=1, axis=0)
    assert doubt(half) == doubt(None) == ""
    assert "quality 0.49 of 1" in doubt(dataclasses.replace(half, patient=0.49))
    assert doubt(dataclasses.replace(half, patient=0.49, flags=())) == "", "all of it was corrected"
