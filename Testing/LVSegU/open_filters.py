"""The section Filters, open on a small cine, and what its tests do there and look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from Testing.desktop.scene import node_ids
from Testing.desktop.start import OpenModule
from Testing.LVSegU.filter_scenes import SliceViews, Views, a_passing_model, a_small_cine


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
    the_panel.choose_model(a_passing_model(tmp_path).path)
    node = a_small_cine()
    panel.ui.inputSelector.setCurrentNode(node)
    view = a_slice_view(node)
    return OpenFilters(the_panel, panel.ui, node, sequenceOf(node)[0], view, node_ids())  # type: ignore[index]


@pytest.fixture
def open_filters(filters: OpenFilters) -> OpenFilters:
    """The section is open."""
    from Testing.desktop.user import click_title

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
    from PyQt6.QtTest import QTest

    QTest.qWait(150)


def press_apply(filters: OpenFilters) -> None:
    """Press Apply, and wait until the result is there."""
    from Testing.desktop.user import click, wait_until

    click(filters.ui.applyButton)
    wait_until(lambda: filters.ui.applyButton.text == "Apply" and not filters.opened.panel.logic.isRunning)


def click_filter(filters: OpenFilters, index: int) -> None:
    """Click on a thumbnail."""
    from PyQt6.QtCore import Qt
    from PyQt6.QtTest import QTest

    rectangle = filters.ui.filterList.visualItemRect(filters.ui.filterList.item(index))
    QTest.mouseClick(filters.ui.filterList.viewport(), Qt.MouseButton.LeftButton, pos=rectangle.center())


def turn(filters: OpenFilters) -> None:
    """Click on the switch, and wait until the result is there."""
    from Testing.desktop.user import click, wait_until

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
