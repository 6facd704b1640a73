"""The section Filters, used by clicking: maps over the images, and nothing left behind in the scene."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from Testing.desktop.scene import add_volume
from Testing.desktop.start import OpenModule
from Testing.desktop.user import click
from Testing.LVSegU.filter_scenes import SliceViews, a_passing_model, an_image_with_a_dot, show_slice
from Testing.LVSegU.open_filters import OpenFilters, click_filter, picture, pixels_of, settle

pytest.importorskip("onnxruntime")


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
    the_panel.choose_model(a_passing_model(tmp_path).path)
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
    the_panel.choose_model(a_passing_model(tmp_path).path)
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


def test_a_slice_of_one_grey_is_no_trouble(open_filters: OpenFilters) -> None:
    pixels = an_image_with_a_dot()
    pixels[3] = 500
    node = add_volume(pixels)
    open_filters.ui.inputSelector.setCurrentNode(node)
    settle()
    assert open_filters.ui.filtersStatusLabel.text == ""
