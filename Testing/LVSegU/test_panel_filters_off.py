"""Filters turned off by clicking: the result changes, and is whole again whatever ends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.errors import EngineError
from LVSegULib.visualization.filters import Filter
from Testing.desktop.scene import a_beating_heart, add_cine
from Testing.desktop.user import click, wait_until
from Testing.LVSegU.open_filters import (
    OpenFilters,
    click_filter,
    labels,
    pixels_of,
    press_apply,
    result_of,
    settle,
    table,
    turn,
)

pytest.importorskip("onnxruntime")


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


def test_removing_the_browser_while_a_filter_is_off_leaves_the_frame_shown_as_it_was(
    result_filters: OpenFilters, the_desktop: Any
) -> None:
    before, wanted = table(result_filters.ui), labels(result_filters)
    turn(result_filters)
    the_desktop.mrmlScene.RemoveNode(result_filters.browser)
    click(result_filters.ui.resetFiltersButton)
    assert table(result_filters.ui) == before
    np.testing.assert_array_equal(labels(result_filters), wanted[:1])
    assert result_filters.ui.offLabel.text == "All filters are on."


def test_what_could_not_be_put_back_can_be_put_back_later(
    result_filters: OpenFilters, monkeypatch: pytest.MonkeyPatch
) -> None:
    from LVSegUSlicer.original_result import OriginalResult

    def fail(_self: Any) -> Any:
        raise EngineError("not now")

    ui = result_filters.ui
    wanted = labels(result_filters)
    turn(result_filters)
    with monkeypatch.context() as patch:
        patch.setattr(OriginalResult, "putBack", fail)
        click(ui.resetFiltersButton)
    assert ui.filtersStatusLabel.text == "not now"
    assert ui.offLabel.text == "Off: encoder.0.0:0"
    click(ui.resetFiltersButton)
    np.testing.assert_array_equal(labels(result_filters), wanted)
    assert ui.offLabel.text == "All filters are on."


def test_loading_another_scene_puts_the_result_back(
    result_filters: OpenFilters, the_desktop: Any, tmp_path: Path
) -> None:
    """The scene that is loaded brings its own choice of input and result, and frames at other times."""
    path, ui = str(tmp_path / "other.mrml"), result_filters.ui
    parameters = result_filters.opened.panel.logic.getParameterNode
    model, loaded = parameters().model, labels(result_filters)
    assert the_desktop.util.saveScene(path)
    the_desktop.mrmlScene.Clear(0)
    parameters().model = model
    ui.inputSelector.setCurrentNode(add_cine(a_beating_heart(frames=3, slices=6, size=48), first_ms=3))
    press_apply(result_filters)
    there, wanted = result_of(result_filters), labels(result_filters)
    turn(result_filters)
    assert not labels(result_filters).any()
    the_desktop.util.loadScene(path)
    settle()
    assert result_of(result_filters) is not there
    assert ui.offLabel.text == "All filters are on."
    np.testing.assert_array_equal(labels(result_filters), loaded)
    ui.resultSelector.setCurrentNode(there)
    np.testing.assert_array_equal(labels(result_filters), wanted)


def test_filters_cannot_be_switched_while_the_input_is_segmented(open_filters: OpenFilters) -> None:
    click(open_filters.ui.applyButton)
    assert not open_filters.ui.filterSwitches.enabled
    wait_until(lambda: not open_filters.opened.panel.logic.isRunning)
    assert open_filters.ui.filterSwitches.enabled
    assert open_filters.opened.panel.filtersView._chosen == Filter("encoder.0.0", 0)
