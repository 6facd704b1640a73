"""The panel opens quickly, on whatever scene there is, and brings nothing heavy with it."""

import re
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


def test_the_help_leads_to_the_documentation(the_panel: OpenModule, the_desktop: Any) -> None:
    """A section of the README at the extension's home page."""
    assert the_panel is not None
    root = MODULE.parents[1]
    (url,) = re.findall(r'<a href="([^"]+)">', the_desktop.modules.lvsegu.helpText)
    home, _, section = url.partition("#")
    assert f'set(EXTENSION_HOMEPAGE "{home}")' in (root / "CMakeLists.txt").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", (root / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert section in [heading.lower().replace(" ", "-") for heading in headings]


def test_the_modules_that_it_uses_are_loaded_before_it(the_panel: OpenModule, the_desktop: Any) -> None:
    """Those whose logics the code asks for."""
    sources = [path.read_text(encoding="utf-8") for path in MODULE.parent.rglob("*.py")]
    used = {name for text in sources for name in re.findall(r"slicer\.modules\.(\w+)\.logic", text)}
    assert the_panel.module.__name__ == "LVSegU"
    assert {"volumes", "sequences"} <= used <= {name.lower() for name in the_desktop.modules.lvsegu.dependencies}


def test_a_slicer_that_is_too_old_is_told_so() -> None:
    """Slicer 5.8 runs Python 3.9. In a process of its own, for the module cannot be loaded a second time."""
    pytest.importorskip("PyQt6")
    pytest.importorskip("slicer")
    script = f"""
import sys
from pathlib import Path
from Testing.desktop.start import start_desktop
start_desktop()
sys.path.insert(0, {str(MODULE.parent)!r})
sys.version_info = (3, 9, 10, "final", 0)
import LVSegU
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "LVSegU needs Slicer 5.10 or later" in done.stderr


def test_reload_loads_all_parts_of_the_module_anew() -> None:
    """Slicer itself loads LVSegU.py alone. In a process of its own, for other tests hold what is loaded."""
    pytest.importorskip("PyQt6")
    pytest.importorskip("slicer")
    script = f"""
import sys
from pathlib import Path
import Testing.desktop.start as start
slicer = start.start_desktop()
opened = start.open_module(Path({str(MODULE)!r}))
def reload(name):
    opened.close()
    print("watching still:", len(old._guards))
    print("kept:", [one for one in sys.modules if one.split(".")[0] in ("LVSegUSlicer", "LVSegULib")])
    del sys.modules[name]
    again = start.open_module(Path({str(MODULE)!r}))
    from LVSegUSlicer.scene_guards import _guards
    print("in the path:", sys.path.count({str(MODULE.parents[1])!r}))
    print("another:", type(again.panel.logic) is not type(opened.panel.logic), "guards:", len(_guards))
    slicer.mrmlScene.Clear(0)
    again.close()
    from Testing.desktop.record import take_problems
    print("problems:", take_problems())
slicer.util.reloadScriptedModule = reload
old = sys.modules["LVSegUSlicer.scene_guards"]
opened.panel.onReload()
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    expected = ["watching still: 0", "kept: []", "in the path: 1", "another: True guards: 2", "problems: []"]
    assert done.stdout.splitlines()[-5:] == expected, done.stderr[-2000:]


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


def test_opening_it_looks_no_further_than_the_cine(the_panel: OpenModule, monkeypatch: pytest.MonkeyPatch) -> None:
    """There may be thousands of images in the scene, of which none is read yet."""
    from LVSegUSlicer import scene_reader

    the_panel.leave()
    add_volume(a_beating_heart()[0], "plain")
    add_cine(a_beating_heart())
    seen: list[Any] = []
    whole = scene_reader.checkIsMr
    monkeypatch.setattr(scene_reader, "checkIsMr", lambda node, name: seen.append(node) or whole(node, name))
    from LVSegUSlicer.input_view import likelyInput

    assert likelyInput().GetName() == "cine"
    assert len(seen) == 2, "the volume that shows the cine and its first frame"


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
