"""How the stand-in of parameterNodeWrapper ties a widget to a parameter: which pairs there are is as in Slicer."""

from __future__ import annotations

import dataclasses
import enum
import sys
import typing
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class WithinRange:
    """A number between two others."""

    minimum: float
    maximum: float


class Connector:
    """A widget, the signal that says it was changed, and how its value is read and written."""

    signal = ""

    def __init__(self, widget: Any) -> None:
        self.widget = widget
        self._function: Callable[[], None] | None = None

    def onChanged(self, function: Callable[[], None] | None) -> None:
        """Call `function` on every change; None ends that."""
        if self._function is not None:
            self.widget.disconnect(self.signal, self._function)
        self._function = function
        if function is not None:
            self.widget.connect(self.signal, function)

    def read(self) -> Any:
        """The widget's value."""
        raise NotImplementedError

    def write(self, value: Any) -> None:
        """Show a value."""
        raise NotImplementedError


class _CheckBox(Connector):
    signal = "stateChanged(int)"

    def read(self) -> bool:
        return self.widget.checked

    def write(self, value: bool) -> None:
        self.widget.checked = value


class _Slider(Connector):
    signal = "valueChanged(double)"

    def __init__(self, widget: Any, options: tuple[Any, ...]) -> None:
        super().__init__(widget)
        limits = next((option for option in options if isinstance(option, WithinRange)), None)
        if limits is None:
            raise RuntimeError("Cannot have a connection to ctkSliderWidget where the float types is unbounded.")
        widget.minimum, widget.maximum = limits.minimum, limits.maximum

    def read(self) -> float:
        return self.widget.value

    def write(self, value: float) -> None:
        self.widget.value = value


class _EnumList(Connector):
    signal = "currentIndexChanged(int)"

    def __init__(self, widget: Any, members: type[enum.Enum]) -> None:
        super().__init__(widget)
        self._members = list(members)
        label = getattr(members, "label", lambda member: member.name)
        widget.clear()
        widget.addItems([label(member) for member in self._members])

    def read(self) -> enum.Enum:
        return self._members[self.widget.currentIndex]

    def write(self, value: enum.Enum) -> None:
        self.widget.currentIndex = self._members.index(value)


class _NodeList(Connector):
    signal = "currentNodeChanged(vtkMRMLNode*)"

    def __init__(self, widget: Any, classes: list[Any]) -> None:
        super().__init__(widget)
        widget.nodeTypes = [cls().GetClassName() for cls in classes]

    def read(self) -> Any:
        return self.widget.currentNode()

    def write(self, value: Any) -> None:
        self.widget.setCurrentNode(value)


def connector_for(widget: Any, hint: Any) -> Connector:
    """The connector of a widget and a parameter's type.

    Raises:
        RuntimeError: Slicer cannot connect the two.
    """
    qt, ctk, slicer = sys.modules["qt"], sys.modules["ctk"], sys.modules["slicer"]
    is_annotated = typing.get_origin(hint) is typing.Annotated
    kind, *options = typing.get_args(hint) if is_annotated else (hint,)
    if type(widget) is qt.QCheckBox and kind is bool:
        return _CheckBox(widget)
    if type(widget) is ctk.ctkSliderWidget and kind is float:
        return _Slider(widget, tuple(options))
    if type(widget) is qt.QComboBox and isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _EnumList(widget, kind)
    if type(widget) is slicer.qMRMLNodeComboBox:
        members = typing.get_args(kind) or (kind,)
        return _NodeList(widget, [cls for cls in members if issubclass(cls, slicer.vtkMRMLNode)])
    raise RuntimeError(f"Unable to create GUI connector from datatype '{hint}' to widget type '{type(widget)}'.")
