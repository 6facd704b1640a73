"""Sorting the section's filters by their effect on the result."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from Testing.desktop.scene import add_volume
from Testing.desktop.user import click, wait_until
from Testing.LVSegU.filter_scenes import an_image_with_a_dot
from Testing.LVSegU.open_filters import OpenFilters, pixels_of

pytest.importorskip("onnxruntime")


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
