"""The panel's file and its code agree: every name, every text, every tool tip."""

import ast
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from Testing.desktop import widget_api

MODULE_FOLDER = Path(__file__).parents[2] / "LVSegU"
SOURCES = sorted([MODULE_FOLDER / "LVSegU.py", *(MODULE_FOLDER / "LVSegUSlicer").glob("*.py")])
UI = ET.parse(MODULE_FOLDER / "Resources" / "UI" / "LVSegU.ui").getroot()
CLASSES = {widget.get("name", ""): widget.get("class", "") for widget in UI.iter("widget")}
PASSIVE = {"QLabel", "QWidget", "qMRMLWidget", "ctkCollapsibleButton", "QProgressBar"}
CONTROLS = [name for name, cls in CLASSES.items() if cls not in PASSIVE]
CHANGING = {"applyButton", "sortEffectsButton", "filterOnCheckBox"}
"""Buttons whose words change: a fixed name would keep a screen reader from saying them."""
TEXT_PROPERTIES = {"text", "toolTip", "statusTip", "windowTitle", "specialValueText", "suffix", "prefix"}


def uses_of_widgets() -> Iterator[tuple[str, str, str]]:
    """File and line, widget, and the member that the code takes of it, for every `self.ui.WIDGET.MEMBER`."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and is_ui(node.value.value):
                yield f"{path.name}:{node.lineno}", node.value.attr, node.attr


def is_ui(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "ui") or (isinstance(node, ast.Name) and node.id == "ui")


def property_of(widget: ET.Element, name: str) -> str:
    found = widget.find(f"property[@name='{name}']")
    return "" if found is None else "".join(found.itertext()).strip()


def test_there_are_uses_to_check() -> None:
    assert len(list(uses_of_widgets())) > 40


@pytest.mark.parametrize(("where", "widget", "member"), sorted(set(uses_of_widgets())))
def test_every_widget_in_the_code_is_in_the_file(the_desktop: Any, where: str, widget: str, member: str) -> None:
    import ctk
    import qt

    assert widget in CLASSES, f"{where}: there is no {widget} in LVSegU.ui"
    name = CLASSES[widget]
    cls = getattr(ctk, name, None) or vars(the_desktop).get(name) or getattr(qt, name)
    assert hasattr(cls, member) or member in widget_api.member_names(name), f"{where}: {name} has no {member}"


def test_every_control_has_a_tool_tip_and_an_accessible_name() -> None:
    widgets = {widget.get("name"): widget for widget in UI.iter("widget")}
    lacking = [
        name
        for name in CONTROLS
        if not property_of(widgets[name], "toolTip")
        or bool(property_of(widgets[name], "accessibleName")) == (name in CHANGING)
    ]
    assert lacking == []


def test_the_tab_key_visits_every_control_in_reading_order() -> None:
    stops = [stop.text for stop in UI.iterfind("tabstops/tabstop")]
    assert stops == CONTROLS


def test_no_text_of_the_file_is_kept_from_translation() -> None:
    untranslated = [text.text for text in UI.iter("string") if text.get("notr") == "true"]
    assert sorted(filter(None, untranslated)) == [
        "frames",
        "inputNode",
        "keepHeart",
        "segmentation",
        "show3D",
        "smoothing",
    ]


def test_no_text_of_the_code_is_kept_from_translation() -> None:
    """Nothing that is put into a text property is a plain string with words in it."""
    plain = [
        f"{path.name}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Attribute) and target.attr in TEXT_PROPERTIES for target in node.targets)
        and isinstance(node.value, ast.Constant)
        and any(letter.isalpha() for letter in str(node.value.value))
    ]
    assert plain == []


@pytest.mark.usefixtures("a_scene")
def test_the_parameters_of_the_file_exist() -> None:
    from LVSegUSlicer.parameter_node import LVSegUParameterNode

    tied = {
        "".join(found.itertext()).strip() for found in UI.iter("property") if found.get("name") == "SlicerParameterName"
    }
    assert tied == set(LVSegUParameterNode.allParameters) - {"model"}


def test_the_module_folder_holds_one_python_file() -> None:
    """Slicer takes every Python file in it for a module."""
    assert [path.name for path in MODULE_FOLDER.glob("*.py")] == ["LVSegU.py"]
