"""The panel in a narrow column, with large letters, and without a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from Testing.desktop.scene import a_beating_heart, add_cine
from Testing.desktop.start import OpenModule
from Testing.desktop.user import click, wait_until

pytest.importorskip("onnxruntime")

NARROW, WIDE = 300, 700
"""Widths of a module panel in pixels."""


@pytest.fixture
def a_result(the_panel: OpenModule) -> Any:
    """The widgets, with a result of a cine."""
    ui = the_panel.panel.ui
    ui.inputSelector.setCurrentNode(add_cine(a_beating_heart(frames=4, slices=6, size=96)))
    click(ui.applyButton)
    wait_until(lambda: not the_panel.panel.logic.isRunning)
    return ui


@pytest.fixture
def large_letters(the_desktop: Any) -> Iterator[None]:
    before = the_desktop.app.font()
    larger = the_desktop.app.font()
    larger.setPointSizeF(2 * before.pointSizeF())
    the_desktop.app.setFont(larger)
    yield
    the_desktop.app.setFont(before)


def show_in_scroll_area(opened: OpenModule, width: int) -> Any:
    """The panel as Slicer shows it: in an area that scrolls, as wide as its contents need or wider."""
    from PyQt6.QtTest import QTest
    from PyQt6.QtWidgets import QScrollArea

    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(opened.holder)
    area.resize(width, 800)
    area.show()
    QTest.qWait(100)
    return area


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_every_measure_is_seen_whole_in_a_panel_of_any_width(the_panel: OpenModule, a_result: Any, width: int) -> None:
    area = show_in_scroll_area(the_panel, width)
    table = a_result.measuresTable
    assert not table.horizontalScrollBar().visible and not table.verticalScrollBar().visible
    for row in range(table.rowCount):
        value = table.visualItemRect(table.item(row, 2))
        assert table.viewport().rect.contains(value), table.item(row, 0).text()
        assert value.width() >= table.sizeHintForColumn(2), "the value with its unit is not cut off"
    area.takeWidget()


@pytest.mark.usefixtures("large_letters")
def test_measures_in_large_letters_are_not_cut_off(the_panel: OpenModule, a_result: Any) -> None:
    area = show_in_scroll_area(the_panel, WIDE)
    table = a_result.measuresTable
    for row in range(table.rowCount):
        assert table.rowHeight(row) >= table.fontMetrics().height()
        assert table.viewport().rect.contains(table.visualItemRect(table.item(row, 2)))
    area.takeWidget()


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_whole_curve_is_seen(the_panel: OpenModule, a_result: Any, width: int) -> None:
    """The first row of its picture is its upper edge: dark from the left end to the right one."""
    area = show_in_scroll_area(the_panel, width)
    label = a_result.curveLabel
    assert label.scaledContents or label.pixmap.width() <= label.width
    the_panel.panel.resultsView.show(the_panel.panel.resultsView._results)
    assert label.pixmap.width() == pytest.approx(label.width, abs=40), "its letters are not stretched"
    area.takeWidget()


def test_the_tab_key_leads_through_every_table_and_out_of_it(the_panel: OpenModule, a_result: Any) -> None:
    from PyQt6.QtCore import Qt
    from PyQt6.QtTest import QTest
    from PyQt6.QtWidgets import QApplication

    the_panel.holder.activateWindow()
    a_result.resultSelector.setFocus()
    visited = []
    for _ in range(20):
        focused = QApplication.focusWidget()
        visited.append(focused.objectName)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert visited.count("measuresTable") == 1
    assert "exportButton" in visited


@pytest.mark.parametrize("name", ["applyButton", "sortEffectsButton", "filterOnCheckBox"])
def test_a_screen_reader_says_what_a_button_does_now(the_panel: OpenModule, name: str) -> None:
    """A fixed name would hide the words on a button that change."""
    assert getattr(the_panel.panel.ui, name).accessibleName == ""
