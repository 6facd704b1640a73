"""The stand-in is as strict as PythonQt, and stricter where that only prints."""

import enum
import sys
from pathlib import Path
from typing import Annotated, Any

import pytest

from Testing.desktop import widget_api
from Testing.desktop.record import take_problems

STAND_INS = ("ctkCollapsibleButton", "ctkSliderWidget", "qMRMLNodeComboBox", "qMRMLSegmentEditorWidget", "qMRMLWidget")


@pytest.fixture
def qt(the_desktop: Any) -> Any:  # noqa: ARG001
    return sys.modules["qt"]


@pytest.fixture
def a_button(qt: Any) -> Any:
    return qt.QPushButton("Apply")


def a_widget(name: str, slicer: Any) -> Any:
    return getattr(sys.modules["ctk"], name, None) or getattr(slicer, name)


def test_a_property_is_an_attribute_and_hides_its_getter(a_button: Any) -> None:
    a_button.text = "Cancel"
    a_button.enabled = False
    assert a_button.text == "Cancel"
    assert a_button.enabled is False
    assert not a_button.isEnabled()
    with pytest.raises(TypeError):
        a_button.text()


def test_a_misspelt_property_cannot_be_set(a_button: Any) -> None:
    with pytest.raises(AttributeError, match="'tooltip' does not exist on QPushButton"):
        a_button.tooltip = "x"


def test_a_method_cannot_be_overwritten(a_button: Any) -> None:
    with pytest.raises(AttributeError, match="is a method"):
        a_button.click = "x"


def test_a_value_of_another_type_is_refused(a_button: Any) -> None:
    with pytest.raises(AttributeError, match="does not accept"):
        a_button.text = [1, 2]


@pytest.mark.parametrize("signal", ["clicked", "clicked(int)", "pressed(bool)", "hit(bool)"])
def test_an_unknown_signal_is_an_error(a_button: Any, signal: str) -> None:
    with pytest.raises(ValueError, match="does not exist on QPushButton"):
        a_button.connect(signal, lambda: None)


def test_a_slot_gets_as_many_values_as_it_has_parameters(a_button: Any) -> None:
    seen: list[tuple[Any, ...]] = []
    a_button.connect("clicked(bool)", lambda: seen.append(()))
    a_button.connect("clicked(bool)", lambda checked: seen.append((checked,)))
    a_button.connect("clicked(bool)", lambda default="mine": seen.append((default,)))
    a_button.click()
    assert seen == [(), (False,), (False,)]


def test_a_disconnected_slot_is_not_called(a_button: Any) -> None:
    seen: list[int] = []

    def slot() -> None:
        seen.append(1)

    a_button.connect("clicked(bool)", slot)
    assert a_button.disconnect("clicked(bool)", slot)
    a_button.click()
    assert seen == []
    assert not a_button.disconnect("clicked(bool)", slot)


def test_an_exception_in_a_slot_is_recorded(a_button: Any) -> None:
    a_button.connect("clicked(bool)", lambda: 1 / 0)
    a_button.click()
    (problem,) = take_problems()
    assert "ZeroDivisionError" in problem


def test_an_exception_in_an_observer_is_recorded(the_desktop: Any) -> None:
    node = the_desktop.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
    node.AddObserver("ModifiedEvent", lambda *_: 1 / 0)
    node.Modified()
    (problem,) = take_problems()
    assert "ZeroDivisionError" in problem
    the_desktop.mrmlScene.RemoveNode(node)


def test_what_the_stand_in_lacks_is_named(qt: Any) -> None:
    with pytest.raises(AttributeError, match=r"no qt\.QCalendarWidget"):
        qt.QCalendarWidget()


def test_a_file_dialog_that_no_test_expects_is_an_error(qt: Any) -> None:
    with pytest.raises(AssertionError, match='opened the dialog "Folder"'):
        qt.QFileDialog.getExistingDirectory(None, "Folder", "")


@pytest.mark.parametrize("name", STAND_INS)
def test_a_stand_in_shows_no_more_than_the_real_widget(the_desktop: Any, name: str) -> None:
    cls = a_widget(name, the_desktop)
    own = {
        member
        for base in cls.__mro__
        if base.__module__.startswith("Testing.")
        for member in vars(base)
        if not member.startswith("_")
    }
    qt_events = {"sizeHint", "minimumSizeHint", "hasHeightForWidth", "heightForWidth", "hitButton", "paintEvent"}
    assert own - qt_events <= widget_api.member_names(name)


def test_plain_setters_of_stand_ins_are_not_seen(the_desktop: Any) -> None:
    selector = the_desktop.qMRMLNodeComboBox()
    selector.noneEnabled = True
    assert not hasattr(selector, "setNoneEnabled")
    with pytest.raises(AttributeError):
        selector.noneenabled = True


def a_ui_file(folder: Path, properties: str, slot: str = "setMRMLScene(vtkMRMLScene*)") -> Path:
    path = folder / "panel.ui"
    path.write_text(
        f"""<ui version="4.0"><widget class="qMRMLWidget" name="top"><layout class="QVBoxLayout" name="layout">
        <item><widget class="qMRMLNodeComboBox" name="selector">{properties}</widget></item></layout></widget>
        <connections><connection><sender>top</sender><signal>mrmlSceneChanged(vtkMRMLScene*)</signal>
        <receiver>selector</receiver><slot>{slot}</slot></connection></connections></ui>""",
        encoding="utf-8",
    )
    return path


def test_a_ui_file_passes_the_scene_on(the_desktop: Any, tmp_path: Path) -> None:
    widget = the_desktop.util.loadUI(str(a_ui_file(tmp_path, "")))
    widget.setMRMLScene(the_desktop.mrmlScene)
    assert the_desktop.util.childWidgetVariables(widget).selector.mrmlScene() is the_desktop.mrmlScene
    assert take_problems() == []


def test_an_unknown_property_in_a_ui_file_is_recorded(the_desktop: Any, tmp_path: Path) -> None:
    wrong = '<property name="colour"><string>red</string></property>'
    the_desktop.util.loadUI(str(a_ui_file(tmp_path, wrong)))
    assert take_problems() == [".ui file: qMRMLNodeComboBox selector has no property 'colour'"]


def test_an_unknown_slot_in_a_ui_file_is_an_error(the_desktop: Any, tmp_path: Path) -> None:
    with pytest.raises(AttributeError, match="setScene"):
        the_desktop.util.loadUI(str(a_ui_file(tmp_path, "", "setScene(vtkMRMLScene*)")))


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@pytest.fixture
def a_wrapper(the_desktop: Any) -> Any:
    """A class of parameters of every type that the stand-in knows."""
    wrapper = the_desktop.parameterNodeWrapper
    hints = {
        "name": str,
        "share": Annotated[float, wrapper.WithinRange(0.0, 1.0)],
        "isOn": bool,
        "colour": Colour,
        "volume": the_desktop.vtkMRMLScalarVolumeNode,
    }
    return wrapper.parameterNodeWrapper(type("Wrapper", (), {"__annotations__": hints, "share": 0.5}))


@pytest.fixture
def a_parameter_node(the_desktop: Any) -> Any:
    node = the_desktop.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode")
    yield node
    the_desktop.mrmlScene.RemoveNode(node)


def test_parameters_are_kept_in_the_node(the_desktop: Any, a_wrapper: Any, a_parameter_node: Any) -> None:
    volume = the_desktop.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    first = a_wrapper(a_parameter_node)
    first.name, first.share, first.isOn, first.colour, first.volume = "a", 0.25, True, Colour.BLUE, volume
    again = a_wrapper(a_parameter_node)
    assert (again.name, again.share, again.isOn, again.colour) == ("a", 0.25, True, Colour.BLUE)
    assert again.volume is volume
    the_desktop.mrmlScene.RemoveNode(volume)
    assert again.volume is None


def test_parameters_start_with_their_defaults(a_wrapper: Any, a_parameter_node: Any) -> None:
    parameters = a_wrapper(a_parameter_node)
    assert (parameters.name, parameters.share, parameters.isOn) == ("", 0.5, False)
    assert a_parameter_node.GetParameter("share") == "0.5"


@pytest.mark.parametrize(("name", "value"), [("share", 2.0), ("share", "much"), ("isOn", None), ("volume", "a node")])
def test_impossible_parameters_are_refused(a_wrapper: Any, a_parameter_node: Any, name: str, value: Any) -> None:
    parameters = a_wrapper(a_parameter_node)
    with pytest.raises((TypeError, ValueError, AttributeError)):
        setattr(parameters, name, value)


def test_a_parameter_and_its_widget_follow_each_other(a_wrapper: Any, a_parameter_node: Any) -> None:
    slider = sys.modules["ctk"].ctkSliderWidget()
    slider.setProperty("SlicerParameterName", "share")
    parameters = a_wrapper(a_parameter_node)
    tag = parameters.connectGui(_gui(slider=slider))
    assert slider.value == 0.5
    slider.value = 0.75
    assert parameters.share == 0.75
    parameters.share = 0.1
    assert slider.value == 0.1
    parameters.disconnectGui(tag)
    slider.value = 0.9
    assert parameters.share == 0.1


def _gui(**widgets: Any) -> Any:
    gui = type("Gui", (), {})()
    vars(gui).update(widgets)
    return gui


def test_a_widget_that_slicer_cannot_connect_is_an_error(qt: Any, a_wrapper: Any, a_parameter_node: Any) -> None:
    label = qt.QLabel()
    label.setProperty("SlicerParameterName", "isOn")
    with pytest.raises(RuntimeError, match="Unable to create GUI connector"):
        a_wrapper(a_parameter_node).connectGui(_gui(label=label))


def test_the_node_list_never_chooses_by_itself(the_desktop: Any) -> None:
    selector = the_desktop.qMRMLNodeComboBox()
    selector.nodeTypes = ["vtkMRMLTextNode"]
    selector.setMRMLScene(the_desktop.mrmlScene)
    node = the_desktop.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode", "note")
    assert selector.currentNode() is None
    chosen: list[Any] = []
    selector.connect("currentNodeChanged(vtkMRMLNode*)", chosen.append)
    selector.setCurrentNode(node)
    the_desktop.mrmlScene.RemoveNode(node)
    assert chosen == [node, None]
    selector.setMRMLScene(None)
