"""What goes wrong in the section Filters is a line there, and over when it works again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.errors import EngineError, LVSegUError, ModelError
from Testing.desktop.scene import add_volume
from Testing.desktop.user import click_title
from Testing.LVSegU.open_filters import OpenFilters, click_filter, picture, settle

pytest.importorskip("onnxruntime")


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
    open_filters.opened.choose_model(Path("/no/model"))
    assert 'there is no model "/no/model"' in open_filters.ui.filtersStatusLabel.text
    assert open_filters.ui.filterList.count == 0
    assert open_filters.overlay is None
