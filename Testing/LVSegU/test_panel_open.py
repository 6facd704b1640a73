"""The panel opens quickly, on whatever scene there is, and brings nothing heavy with it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from Testing.desktop.fixtures import MODULE
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume
from Testing.desktop.scripted_module import Language
from Testing.desktop.start import OpenModule, open_module

HEAVY = ("onnxruntime", "torch", "scipy", "SimpleITK", "pydicom", "matplotlib")


def test_the_module_says_what_it_is(the_panel: OpenModule, the_desktop: Any) -> None:
    assert the_panel.module.__name__ == "LVSegU"
    said = the_desktop.modules.lvsegu
    assert said.title == "LVSegU"
    assert said.categories
    assert "not for clinical use" in said.helpText
    assert "Sunnybrook" in said.acknowledgementText


def test_an_empty_scene_says_what_to_do(the_panel: OpenModule) -> None:
    ui = the_panel.panel.ui
    assert not ui.applyButton.enabled
    assert "load the sample data" in ui.inputLabel.text
    assert ui.applyButton.toolTip == ui.inputLabel.text
    assert not ui.framesComboBox.enabled
    assert ui.noResultLabel.visible
    assert not ui.resultsPanel.visible


def test_the_advanced_section_is_closed_at_first(the_panel: OpenModule) -> None:
    assert the_panel.panel.ui.advancedSection.collapsed


def test_opening_it_chooses_the_cine_of_the_scene(the_panel: OpenModule) -> None:
    the_panel.leave()
    add_volume(a_beating_heart()[0], "plain")
    cine = add_cine(a_beating_heart())
    the_panel.enter()
    assert the_panel.panel.ui.inputSelector.currentNode() is cine
    assert the_panel.panel.ui.applyButton.enabled


def test_opening_it_keeps_what_was_chosen(the_panel: OpenModule) -> None:
    plain = add_volume(a_beating_heart()[0], "plain")
    add_cine(a_beating_heart())
    the_panel.panel.ui.inputSelector.setCurrentNode(plain)
    the_panel.leave()
    the_panel.enter()
    assert the_panel.panel.ui.inputSelector.currentNode() is plain


def test_opening_it_imports_nothing_heavy() -> None:
    """In a process of its own, for other tests import these."""
    pytest.importorskip("PyQt6")
    pytest.importorskip("slicer")
    script = f"""
import sys
from pathlib import Path
from Testing.desktop.start import open_module
open_module(Path({str(MODULE)!r}))
print("imported:", [name for name in {HEAVY!r} if name in sys.modules])
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == ["imported: []"], done.stderr[-2000:]


def test_every_text_that_the_code_shows_is_translated(the_desktop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Language, "translate", staticmethod(lambda text: f"+{text}"))
    the_desktop.mrmlScene.Clear(0)
    opened = open_module(MODULE)
    ui = opened.panel.ui
    titles = [ui.framesTable.horizontalHeaderItem(column).text() for column in range(ui.framesTable.columnCount)]
    lists = [box.itemText(row) for box in (ui.framesComboBox, ui.engineComboBox) for row in range(box.count)]
    shown = [ui.inputLabel.text, ui.applyButton.toolTip, ui.noResultLabel.text, *titles, *lists]
    opened.close()
    names = {"ONNX Runtime", "PyTorch"}
    assert [text for text in shown if not text.startswith("+") and text not in names] == []
    assert len(shown) > 10
