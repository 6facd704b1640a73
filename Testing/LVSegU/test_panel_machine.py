"""Engine and threads are chosen in the panel and kept on the computer, not in the scene."""

from typing import Any

import pytest

from LVSegULib.engines.base import installed_engines
from Testing.desktop.fixtures import MODULE
from Testing.desktop.start import OpenModule, open_module

ENGINES = ("onnxruntime", "torch")
"""Those offered in Slicer."""


def test_every_engine_can_be_chosen(the_panel: OpenModule) -> None:
    box = the_panel.panel.ui.engineComboBox
    titles = [box.itemText(row) for row in range(box.count)]
    assert titles[0] == "Automatic (the fastest installed)"
    missing = [title for title in titles if title.endswith("(installed on Apply)")]
    assert len(titles) == 1 + len(ENGINES)
    assert len(missing) == len(set(ENGINES) - set(installed_engines()))


def test_an_engine_that_is_too_old_is_installed_on_apply(
    the_panel: OpenModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    from LVSegUSlicer import machine_view, packages

    assert the_panel.panel is not None
    monkeypatch.setattr(packages, "isImportable", lambda _: True)
    monkeypatch.setattr(packages, "installedVersion", {"onnxruntime": "1.26.0", "torch": "2.2.2"}.get)
    titles = [machine_view.engineTitle(name) for name in ENGINES]
    assert titles == ["ONNX Runtime", "PyTorch (installed on Apply)"]


def test_engine_and_threads_are_kept_on_the_computer(the_panel: OpenModule, the_desktop: Any) -> None:
    ui = the_panel.panel.ui
    ui.engineComboBox.currentIndex = 1
    ui.threadsSpinBox.value = 1
    the_desktop.mrmlScene.Clear(0)
    again = open_module(MODULE)
    assert again.panel.ui.engineComboBox.currentIndex == 1
    assert again.panel.ui.threadsSpinBox.value == 1
    request = again.panel._request()
    assert (request.engine, request.threads) == (ENGINES[0], 1)
    again.close()


def test_threads_are_automatic_at_first(the_panel: OpenModule) -> None:
    assert the_panel.panel.ui.threadsSpinBox.text == "Automatic"
    assert the_panel.panel._request().threads is None


def test_an_engine_that_was_installed_meanwhile_is_not_offered_for_installation(
    the_panel: OpenModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    from LVSegUSlicer import machine_view, packages

    box = the_panel.panel.ui.engineComboBox
    with monkeypatch.context() as patched:
        patched.setattr(packages, "isImportable", lambda _: False)
        the_panel.panel.enter()
        assert box.itemText(1) == "ONNX Runtime (installed on Apply)"
    monkeypatch.setattr(machine_view, "readyEngines", lambda: ("onnxruntime",))
    box.currentIndex = 1
    the_panel.panel.enter()
    assert [box.itemText(row) for row in (1, 2)] == ["ONNX Runtime", "PyTorch (installed on Apply)"]
    assert box.currentIndex == 1
