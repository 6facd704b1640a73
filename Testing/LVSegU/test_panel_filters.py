"""The section Filters, used by clicking: maps over the images, filters turned off, effects; and nothing left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from LVSegULib.errors import EngineError, LVSegUError, ModelError
from LVSegULib.visualization.filters import Filter
from Testing.desktop.scene import add_volume, node_ids
from Testing.desktop.start import OpenModule
from Testing.desktop.user import click, click_title, wait_until
from Testing.LVSegU.filter_scenes import (
    SliceViews,
    Views,
    a_passing_model,
    a_small_cine,
    an_image_with_a_dot,
    show_slice,
)

pytest.importorskip("onnxruntime")


class OpenFilters(NamedTuple):
    """The panel with a cine chosen and shown, and the scene as it was before the section was opened."""

    opened: OpenModule
    ui: Any
    node: Any
    browser: Any
    view: Views
    before: set[str]

    @property
    def overlay(self) -> Any:
        """The volume over the images; None if there is none."""
        return self.node.GetScene().GetNodeByID(self.view.composite.GetForegroundVolumeID() or "")

    def is_as_before(self) -> bool:
        """Whether the section has left no trace in the scene."""
        return node_ids() == self.before and self.overlay is None and self.view.composite.GetForegroundOpacity() == 0


@pytest.fixture
def filters(the_panel: OpenModule, a_slice_view: SliceViews, tmp_path: Path) -> OpenFilters:
    """The section is still closed."""
    from LVSegUSlicer.sequences import sequenceOf

    panel = the_panel.panel
    panel.logic.getParameterNode().model = str(a_passing_model(tmp_path).path)
    node = a_small_cine()
    panel.ui.inputSelector.setCurrentNode(node)
    view = a_slice_view(node)
    return OpenFilters(the_panel, panel.ui, node, sequenceOf(node)[0], view, node_ids())  # type: ignore[index]


@pytest.fixture
def open_filters(filters: OpenFilters) -> OpenFilters:
    click_title(filters.ui.filtersSection)
    settle()
    return filters


@pytest.fixture
def result_filters(filters: OpenFilters) -> OpenFilters:
    """The section is open beside a result."""
    press_apply(filters)
    filters = filters._replace(before=node_ids())
    filters.ui.filtersSection.collapsed = False
    settle()
    return filters


def settle() -> None:
    """Let what follows a little later follow."""
    QTest.qWait(150)


def press_apply(filters: OpenFilters) -> None:
    click(filters.ui.applyButton)
    wait_until(lambda: filters.ui.applyButton.text == "Apply" and not filters.opened.panel.logic.isRunning)


def click_filter(filters: OpenFilters, index: int) -> None:
    """Click on a thumbnail."""
    rectangle = filters.ui.filterList.visualItemRect(filters.ui.filterList.item(index))
    QTest.mouseClick(filters.ui.filterList.viewport(), Qt.MouseButton.LeftButton, pos=rectangle.center())


def turn(filters: OpenFilters) -> None:
    """Click on the switch, and wait until the result is there."""
    click(filters.ui.filterOnCheckBox)
    wait_until(lambda: not filters.opened.panel.logic.isRunning)


def table(ui: Any) -> list[str]:
    return [ui.measuresTable.item(row, 2).text() for row in range(ui.measuresTable.rowCount)]


def result_of(filters: OpenFilters) -> Any:
    return filters.opened.panel.logic.getParameterNode().segmentation


def labels(filters: OpenFilters) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    from LVSegUSlicer.scene_labels import readLabels

    return readLabels(result_of(filters)).labels


def pixels_of(node: Any) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    import slicer

    return slicer.util.arrayFromVolume(node).copy()


def picture(filters: OpenFilters, index: int) -> Any:
    """The pixels of a thumbnail."""
    return filters.ui.filterList.item(index).icon().pixmap(64, 64).toImage()


def test_the_section_is_closed_at_first_and_nothing_is_in_the_scene(filters: OpenFilters) -> None:
    assert filters.ui.filtersSection.collapsed
    settle()
    assert filters.is_as_before()


def test_opening_it_shows_the_layers_and_the_first_filters_map_over_the_images(open_filters: OpenFilters) -> None:
    ui = open_filters.ui
    assert ui.layerComboBox.itemText(0) == "encoder.0.0 (2)"
    assert ui.layerComboBox.count == 13
    assert ui.filterList.count == 2
    assert not picture(open_filters, 0).isNull()
    assert ui.filterOnCheckBox.text == "encoder.0.0:0 is on"
    assert ui.offLabel.text == "All filters are on."
    assert open_filters.view.composite.GetForegroundOpacity() == pytest.approx(0.6)
    assert pixels_of(open_filters.overlay).shape == (6, 32, 32)


def test_a_click_on_a_picture_shows_that_filter(open_filters: OpenFilters) -> None:
    first = pixels_of(open_filters.overlay)
    click_filter(open_filters, 1)
    second = pixels_of(open_filters.overlay)
    assert open_filters.ui.filterOnCheckBox.text == "encoder.0.0:1 is on"
    assert not np.array_equal(first, second)
    assert second.argmax() % 32 < 16, "the edge filter sees the disc's left edge, not the right one"


def test_another_layer_has_its_own_grid(open_filters: OpenFilters) -> None:
    ui = open_filters.ui
    ui.layerComboBox.currentIndex = [ui.layerComboBox.itemText(row) for row in range(ui.layerComboBox.count)].index(
        "encoder.2.1 (4)"
    )
    settle()
    assert ui.filterList.count == 4
    assert pixels_of(open_filters.overlay).shape == (6, 8, 8)
    ui.layerComboBox.currentIndex = ui.layerComboBox.count - 1
    assert not ui.filterOnCheckBox.enabled, "the head's outputs are the result itself"
    assert ui.filterOnCheckBox.text == "Output of the network"


def test_the_overlay_follows_the_frame(open_filters: OpenFilters) -> None:
    seen = []
    for frame in (0, 2, 1, 2):
        open_filters.browser.SetSelectedItemNumber(frame)
        seen.append(pixels_of(open_filters.overlay))
    areas = [float((maps > 0.5).sum()) for maps in seen]
    assert areas[0] > areas[2] > areas[1], "the disc shrinks until frame 2"
    np.testing.assert_array_equal(seen[1], seen[3])


def test_with_the_current_frame_only_the_overlay_follows_too(open_filters: OpenFilters) -> None:
    open_filters.ui.framesComboBox.currentIndex = 1
    areas = []
    for frame in (0, 2):
        open_filters.browser.SetSelectedItemNumber(frame)
        areas.append(float((pixels_of(open_filters.overlay) > 0.5).sum()))
    assert areas[0] > areas[1]


def test_the_pictures_follow_the_slice(the_panel: OpenModule, a_slice_view: SliceViews, tmp_path: Path) -> None:
    ui = the_panel.panel.ui
    the_panel.panel.logic.getParameterNode().model = str(a_passing_model(tmp_path).path)
    node = add_volume(an_image_with_a_dot())
    ui.inputSelector.setCurrentNode(node)
    view = a_slice_view(node)
    ui.filtersSection.collapsed = False
    settle()
    isBright = []
    for number in (2, 4):  # the dot lies in slice 2
        show_slice(view, node, number)
        settle()
        image = ui.filterList.item(0).icon().pixmap(64, 64).toImage()
        isBright.append(max(image.pixelColor(x, y).green() for x in range(64) for y in range(64)) > 200)
    assert isBright == [True, False]


def test_the_overlay_follows_the_input_when_it_is_moved_or_changed(
    the_panel: OpenModule, the_desktop: Any, a_slice_view: SliceViews, tmp_path: Path
) -> None:
    import slicer
    import vtk

    ui = the_panel.panel.ui
    the_panel.panel.logic.getParameterNode().model = str(a_passing_model(tmp_path).path)
    node = add_volume(an_image_with_a_dot())
    ui.inputSelector.setCurrentNode(node)
    view = a_slice_view(node)
    ui.filtersSection.collapsed = False
    settle()
    overlay = the_desktop.mrmlScene.GetNodeByID(view.composite.GetForegroundVolumeID())
    origin = overlay.GetOrigin()
    transform = the_desktop.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    node.SetAndObserveTransformNodeID(transform.GetID())
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 3, 12.5)
    transform.SetMatrixTransformToParent(matrix)
    settle()
    assert np.array(overlay.GetOrigin()) - origin == pytest.approx([12.5, 0, 0])
    slicer.util.updateVolumeFromArray(node, an_image_with_a_dot((4, 20, 28)))
    settle()
    assert np.argwhere(pixels_of(overlay) == pixels_of(overlay).max())[0, 0] == 4


def test_the_opacity_is_the_sliders(open_filters: OpenFilters) -> None:
    open_filters.ui.filterOpacitySlider.value = 0.25
    assert open_filters.view.composite.GetForegroundOpacity() == pytest.approx(0.25)


def test_a_view_that_comes_later_gets_the_overlay(open_filters: OpenFilters, a_slice_view: SliceViews) -> None:
    later = a_slice_view(open_filters.node, "Green")
    settle()
    assert later.composite.GetForegroundVolumeID() == open_filters.overlay.GetID()


def test_closing_the_section_leaves_the_scene_as_it_was(open_filters: OpenFilters) -> None:
    open_filters.ui.filtersSection.collapsed = True
    assert open_filters.is_as_before()
    open_filters.browser.SetSelectedItemNumber(1)
    settle()
    assert open_filters.is_as_before()


def test_leaving_the_module_leaves_the_scene_as_it_was_and_coming_back_shows_it_again(
    open_filters: OpenFilters,
) -> None:
    open_filters.opened.leave()
    assert open_filters.is_as_before()
    open_filters.opened.enter()
    assert open_filters.overlay is not None


def test_closing_the_scene_leaves_nothing(open_filters: OpenFilters, the_desktop: Any) -> None:
    the_desktop.mrmlScene.Clear(0)
    settle()
    assert the_desktop.util.getNodesByClass("vtkMRMLScalarVolumeNode") == []
    assert open_filters.view.composite.GetForegroundVolumeID() is None
    assert "There is no input" in open_filters.ui.filtersStatusLabel.text
    assert open_filters.ui.filterList.count == 4, "the kernels of the new scene's model are shown"


def test_a_saved_scene_does_not_name_the_overlay(open_filters: OpenFilters, the_desktop: Any, tmp_path: Path) -> None:
    overlayID = open_filters.overlay.GetID()
    path = tmp_path / "scene.mrml"
    assert the_desktop.util.saveScene(str(path))
    text = path.read_text(encoding="utf-8")
    assert "LVSegU filter" not in text
    assert f'"{overlayID}"' not in text
    assert f"foregroundVolumeID:{overlayID}" not in text
    settle()
    assert open_filters.overlay is not None, "it is shown again after saving"


def test_turning_a_filter_off_changes_the_result_and_reset_brings_it_back(result_filters: OpenFilters) -> None:
    ui = result_filters.ui
    before, wanted = table(ui), labels(result_filters)
    assert wanted.any()
    turn(result_filters)
    assert ui.offLabel.text == "Off: encoder.0.0:0"
    assert not ui.filterOnCheckBox.checked
    assert ui.filterList.item(0).text() == "0 off"
    assert table(ui) != before
    assert not labels(result_filters).any(), "without the filter that passes the image on nothing is found"
    assert "LVEDV" in ui.filtersStatusLabel.text
    assert "measured with filters turned off: encoder.0.0:0" in ui.notesLabel.text
    assert not pixels_of(result_filters.overlay).any(), "the map of a filter that is off is 0"
    click(ui.resetFiltersButton)
    assert table(ui) == before
    np.testing.assert_array_equal(labels(result_filters), wanted)
    assert ui.filterOnCheckBox.checked
    assert "turned off" not in ui.notesLabel.text
    ui.filtersSection.collapsed = True
    assert result_filters.is_as_before()


def test_turning_it_on_again_brings_the_result_back_too(result_filters: OpenFilters) -> None:
    before, wanted = table(result_filters.ui), labels(result_filters)
    turn(result_filters)
    turn(result_filters)
    assert result_filters.ui.offLabel.text == "All filters are on."
    assert table(result_filters.ui) == before
    np.testing.assert_array_equal(labels(result_filters), wanted)


def test_a_second_switch_while_the_first_runs_starts_anew(result_filters: OpenFilters) -> None:
    ui = result_filters.ui
    wanted = labels(result_filters)
    click_filter(result_filters, 1)
    click(ui.filterOnCheckBox)
    assert result_filters.opened.panel.logic.isRunning
    click_filter(result_filters, 0)
    turn(result_filters)
    assert ui.offLabel.text == "Off: encoder.0.0:0, encoder.0.0:1"
    assert "encoder.0.0:0, encoder.0.0:1" in ui.notesLabel.text
    turn(result_filters)
    assert ui.offLabel.text == "Off: encoder.0.0:1"
    np.testing.assert_array_equal(labels(result_filters), wanted)  # no layer reads the edge filter


def test_reset_while_it_runs_brings_the_result_back(result_filters: OpenFilters) -> None:
    before, wanted = table(result_filters.ui), labels(result_filters)
    click(result_filters.ui.filterOnCheckBox)
    click(result_filters.ui.resetFiltersButton)
    assert not result_filters.opened.panel.logic.isRunning
    settle()
    assert table(result_filters.ui) == before
    np.testing.assert_array_equal(labels(result_filters), wanted)


@pytest.mark.parametrize("leaving", ["close", "leave", "other model", "apply"])
def test_the_result_is_whole_again_whatever_ends_it(result_filters: OpenFilters, leaving: str) -> None:
    wanted, first = labels(result_filters), result_of(result_filters)
    turn(result_filters)
    assert not labels(result_filters).any()
    if leaving == "close":
        result_filters.ui.filtersSection.collapsed = True
    elif leaving == "leave":
        result_filters.opened.leave()
    elif leaving == "other model":
        result_filters.opened.panel.logic.getParameterNode().model = "lv"
    else:
        press_apply(result_filters)
        assert result_of(result_filters) is not first
        np.testing.assert_array_equal(labels(result_filters), wanted)
        result_filters.ui.resultSelector.setCurrentNode(first)
    np.testing.assert_array_equal(labels(result_filters), wanted)
    assert result_filters.ui.offLabel.text == "All filters are on."


def test_another_result_is_shown_after_the_first_is_put_back(result_filters: OpenFilters) -> None:
    first, wanted, before = result_of(result_filters), labels(result_filters), table(result_filters.ui)
    press_apply(result_filters)
    turn(result_filters)
    assert table(result_filters.ui) != before
    result_filters.ui.resultSelector.setCurrentNode(first)
    assert table(result_filters.ui) == before
    np.testing.assert_array_equal(labels(result_filters), wanted)


def test_without_a_result_the_switch_says_to_press_apply(open_filters: OpenFilters) -> None:
    click(open_filters.ui.filterOnCheckBox)
    assert "press Apply, then turn filters off" in open_filters.ui.filtersStatusLabel.text
    assert open_filters.ui.filterOnCheckBox.checked


def test_a_failure_while_it_runs_says_so_and_leaves_the_result(
    result_filters: OpenFilters, monkeypatch: pytest.MonkeyPatch
) -> None:
    from LVSegULib.visualization.inspector import WithoutFilters

    def fail(*_: Any) -> Any:
        raise EngineError("the network stopped: close other programs")

    before, wanted = table(result_filters.ui), labels(result_filters)
    monkeypatch.setattr(WithoutFilters, "logits", fail)
    turn(result_filters)
    assert result_filters.ui.filtersStatusLabel.text == "the network stopped: close other programs"
    assert result_filters.ui.filterOnCheckBox.checked
    assert table(result_filters.ui) == before
    np.testing.assert_array_equal(labels(result_filters), wanted)


def test_removing_the_result_turns_all_filters_on(result_filters: OpenFilters, the_desktop: Any) -> None:
    turn(result_filters)
    the_desktop.mrmlScene.RemoveNode(result_of(result_filters))
    assert result_filters.ui.offLabel.text == "All filters are on."
    assert not result_filters.ui.resultsPanel.visible


def test_sorting_lists_the_effects_and_a_row_leads_to_its_filter(open_filters: OpenFilters) -> None:
    ui = open_filters.ui
    click(ui.sortEffectsButton)
    assert ui.sortEffectsButton.text == "Cancel"
    wait_until(lambda: ui.sortEffectsButton.text == "Sort by effect")
    assert ui.effectsTable.visible
    assert ui.effectsTable.rowCount == 2 * 2 + 2 * 3 + 2 * 4 + 3 * 3 + 3 * 2
    divergences = [float(ui.effectsTable.item(row, 1).text()) for row in range(ui.effectsTable.rowCount)]
    assert divergences == sorted(divergences, reverse=True)
    assert divergences[0] > 0
    name = ui.effectsTable.item(1, 0).text()
    rectangle = ui.effectsTable.visualItemRect(ui.effectsTable.item(1, 0))
    QTest.mouseClick(ui.effectsTable.viewport(), Qt.MouseButton.LeftButton, pos=rectangle.center())
    assert ui.filterOnCheckBox.text == f"{name} is on"
    assert ui.layerComboBox.currentText.startswith(name.split(":")[0] + " ")
    ui.inputSelector.setCurrentNode(add_volume(an_image_with_a_dot()))
    assert ui.effectsTable.rowCount == 0, "the effects are those of another input"


def test_sorting_can_be_cancelled(open_filters: OpenFilters) -> None:
    ui = open_filters.ui
    click(ui.sortEffectsButton)
    click(ui.sortEffectsButton)
    wait_until(lambda: ui.sortEffectsButton.text == "Sort by effect")
    assert ui.filtersStatusLabel.text == "Cancelled"
    assert ui.sortEffectsButton.enabled
    assert ui.effectsTable.rowCount == 0


def test_an_input_without_a_heart_cannot_be_sorted_by_and_its_maps_are_shown(open_filters: OpenFilters) -> None:
    ui = open_filters.ui
    pixels = an_image_with_a_dot()
    pixels[2, 20, 28] = 0
    node = add_volume(pixels)
    open_filters.view.composite.SetBackgroundVolumeID(node.GetID())
    ui.inputSelector.setCurrentNode(node)
    assert open_filters.overlay is not None
    assert not pixels_of(open_filters.overlay)[:, :, 8:].any()
    click(ui.sortEffectsButton)
    wait_until(lambda: ui.sortEffectsButton.text == "Sort by effect")
    assert "the model finds no heart" in ui.filtersStatusLabel.text


def test_a_map_can_be_kept_as_a_volume(open_filters: OpenFilters, the_desktop: Any) -> None:
    ui = open_filters.ui
    click_filter(open_filters, 1)
    open_filters.browser.SetSelectedItemNumber(2)
    click(ui.mapVolumeButton)
    (node,) = the_desktop.util.getNodesByClass("vtkMRMLScalarVolumeNode", open_filters.node.GetScene())[-1:]
    assert node.GetName() == "encoder.0.0 filter 1"
    assert not node.GetHideFromEditors()
    assert node.GetSaveWithScene()
    np.testing.assert_array_equal(pixels_of(node), pixels_of(open_filters.overlay))
    assert node.GetOrigin() == pytest.approx(open_filters.overlay.GetOrigin())
    ui.filtersSection.collapsed = True
    assert the_desktop.mrmlScene.GetNodeByID(node.GetID()) is node, "it is the user's to keep"


@pytest.mark.parametrize("error", [EngineError("the network stopped"), IndexError("broken")])
def test_whatever_fails_while_scrolling_is_a_line_and_is_over_when_it_works_again(
    open_filters: OpenFilters, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """An exception in an observer would be recorded, and fail the test."""
    display = open_filters.opened.panel.filtersView._display

    def fail(*_: Any) -> Any:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(type(display._maps.inspector), "look", fail)
        open_filters.browser.SetSelectedItemNumber(1)
        settle()
        assert str(error) in open_filters.ui.filtersStatusLabel.text
        assert open_filters.is_as_before()
    open_filters.browser.SetSelectedItemNumber(2)
    assert open_filters.overlay is not None
    assert open_filters.ui.filtersStatusLabel.text == ""


def test_a_deleted_input_is_a_line(open_filters: OpenFilters, the_desktop: Any) -> None:
    the_desktop.mrmlScene.RemoveNode(open_filters.node)
    settle()
    assert open_filters.view.composite.GetForegroundVolumeID() is None
    assert open_filters.ui.filtersStatusLabel.text
    assert the_desktop.util.getNodesByClass("vtkMRMLColorTableNode")[-1].GetName() != "LVSegU filter colours"


def test_an_input_that_holds_no_image_is_a_line(open_filters: OpenFilters) -> None:
    open_filters.ui.inputSelector.setCurrentNode(add_volume(np.zeros((6, 48, 48), np.int16)))
    assert "every pixel has the value 0" in open_filters.ui.filtersStatusLabel.text
    assert open_filters.overlay is None


def test_a_slice_of_one_grey_is_no_trouble(open_filters: OpenFilters) -> None:
    pixels = an_image_with_a_dot()
    pixels[3] = 500
    node = add_volume(pixels)
    open_filters.ui.inputSelector.setCurrentNode(node)
    settle()
    assert open_filters.ui.filtersStatusLabel.text == ""


def test_a_model_that_cannot_be_looked_into_shows_its_kernels(
    filters: OpenFilters, monkeypatch: pytest.MonkeyPatch
) -> None:
    from LVSegUSlicer import filter_display

    def refuse(*_: Any) -> Any:
        raise ModelError("model.onnx does not name the output of head: export the model with lvsegu")

    monkeypatch.setattr(filter_display, "openedInspector", refuse)
    click_title(filters.ui.filtersSection)
    assert "export the model with lvsegu" in filters.ui.filtersStatusLabel.text
    assert not picture(filters, 1).isNull()
    assert filters.is_as_before()


def test_a_refused_installation_is_a_line_and_shows_the_kernels(
    filters: OpenFilters, monkeypatch: pytest.MonkeyPatch
) -> None:
    from LVSegUSlicer import filters_view

    asked: list[str] = []

    def refuse(engine: str) -> None:
        asked.append(engine)
        raise LVSegUError("ONNX Runtime is needed and was not installed; nothing was changed.")

    with monkeypatch.context() as patched:
        patched.setattr(filters_view, "ensureEngine", refuse)
        patched.setattr(filters_view, "missingPackages", lambda _engine: ("onnxruntime",))
        click_title(filters.ui.filtersSection)
        assert "was not installed" in filters.ui.filtersStatusLabel.text
        assert not picture(filters, 1).isNull()
        click_filter(filters, 1)
        assert asked == ["auto"], "the user is asked once"
        assert filters.is_as_before()
    click_filter(filters, 0)
    assert filters.overlay is not None, "it was installed meanwhile"


def test_a_model_that_cannot_be_read_is_a_line(open_filters: OpenFilters) -> None:
    open_filters.opened.panel.logic.getParameterNode().model = "/no/model"
    assert 'there is no model "/no/model"' in open_filters.ui.filtersStatusLabel.text
    assert open_filters.ui.filterList.count == 0
    assert open_filters.overlay is None


def test_filters_cannot_be_switched_while_the_input_is_segmented(open_filters: OpenFilters) -> None:
    click(open_filters.ui.applyButton)
    assert not open_filters.ui.filterSwitches.enabled
    wait_until(lambda: not open_filters.opened.panel.logic.isRunning)
    assert open_filters.ui.filterSwitches.enabled
    assert open_filters.opened.panel.filtersView._chosen == Filter("encoder.0.0", 0)
