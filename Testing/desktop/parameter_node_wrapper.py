"""Stand-in for slicer.parameterNodeWrapper for the types that LVSegU saves, stored as the real one stores them."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable
from typing import Any

import vtk

from Testing.desktop.gui_connectors import WithinRange, connector_for

PROPERTY = "SlicerParameterName"


def parameterNodeWrapper(cls: Any) -> Any:
    """Make the annotated members of `cls` properties that live in a vtkMRMLScriptedModuleNode."""
    hints = typing.get_type_hints(cls, include_extras=True)
    parameters = {name: _Parameter(name, hint, vars(cls).get(name)) for name, hint in hints.items()}
    for parameter in parameters.values():
        setattr(cls, parameter.name, property(parameter.read, parameter.write))
    cls.allParameters = parameters
    for member in (_init, connectGui, disconnectGui, dataType, getValue, setValue, AddObserver, RemoveObserver):
        setattr(cls, "__init__" if member is _init else member.__name__, member)
    cls.StartModify = lambda self: self.parameterNode.StartModify()
    cls.EndModify = lambda self, was_modifying: self.parameterNode.EndModify(was_modifying)
    cls.Modified = lambda self: self.parameterNode.Modified()
    return cls


def _init(self: Any, parameterNode: Any) -> None:
    self.parameterNode = parameterNode
    self._connected: dict[int, list[Any]] = {}
    self._isUpdatingGui = False
    for parameter in self.allParameters.values():
        parameter.read(self)


def connectGui(self: Any, gui: Any) -> int:
    """Tie each widget that has the property SlicerParameterName to its parameter, both ways; returns a tag."""
    widgets = {widget.property(PROPERTY): widget for widget in vars(gui).values() if widget.property(PROPERTY)}
    connectors = {name: connector_for(widget, self.dataType(name)) for name, widget in widgets.items()}
    for name, connector in connectors.items():
        connector.write(getattr(self, name))
        connector.onChanged(_taking_from_gui(self, name, connector))
    tag = self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda _node, _event: _show_in_gui(self, connectors))
    self._connected[tag] = list(connectors.values())
    return tag


def disconnectGui(self: Any, tag: int) -> None:
    """Undo `connectGui`."""
    self.RemoveObserver(tag)
    for connector in self._connected.pop(tag):
        connector.onChanged(None)


def _taking_from_gui(self: Any, name: str, connector: Any) -> Callable[[], None]:
    def take() -> None:
        if not self._isUpdatingGui:
            setattr(self, name, connector.read())

    return take


def _show_in_gui(self: Any, connectors: dict[str, Any]) -> None:
    if self._isUpdatingGui:
        return
    self._isUpdatingGui = True
    try:
        for name, connector in connectors.items():
            connector.write(getattr(self, name))
    finally:
        self._isUpdatingGui = False


def dataType(self: Any, name: str) -> Any:
    """The annotated type of a parameter.

    Raises:
        ValueError: there is no such parameter.
    """
    if name not in self.allParameters:
        raise ValueError(f"Cannot find a param with the given name: {name}; there are {', '.join(self.allParameters)}")
    return self.allParameters[name].hint


def getValue(self: Any, name: str) -> Any:
    """The value of a parameter by its name."""
    return getattr(self, self.dataType(name) and name)


def setValue(self: Any, name: str, value: Any) -> None:
    """Set a parameter by its name."""
    setattr(self, self.dataType(name) and name, value)


def AddObserver(self: Any, event: int, callback: Any, priority: float = 0.0) -> int:
    """Observe the MRML node."""
    return self.parameterNode.AddObserver(event, callback, priority)


def RemoveObserver(self: Any, tag: int) -> None:
    """Stop observing the MRML node."""
    self.parameterNode.RemoveObserver(tag)


@dataclasses.dataclass
class _Parameter:
    """One member: where its value is stored and what may be stored."""

    name: str
    hint: Any
    default: Any

    def __post_init__(self) -> None:
        is_annotated = typing.get_origin(self.hint) is typing.Annotated
        arguments = typing.get_args(self.hint) if is_annotated else (self.hint,)
        self.kind = arguments[0]
        self.range = next((one for one in arguments[1:] if isinstance(one, WithinRange)), None)
        self.node_classes = _node_classes(self.kind)
        if not self.node_classes and not _is_plain(self.kind):
            raise TypeError(f"Unable to create serializer for member {self.name} of type {self.kind}")

    def read(self, wrapper: Any) -> Any:
        node = wrapper.parameterNode
        if self.node_classes:
            return next((found for key in self._keys() if (found := node.GetNodeReference(key))), None)
        if not node.HasParameter(self.name):
            self.write(wrapper, _own_default(self.kind) if self.default is None else self.default)
        return _from_text(node.GetParameter(self.name), self.kind)

    def write(self, wrapper: Any, value: Any) -> None:
        node = wrapper.parameterNode
        if self.node_classes:
            self._write_node(node, value)
        else:
            self._check(value)
            node.SetParameter(self.name, value.name if isinstance(value, enum.Enum) else str(value))

    def _check(self, value: Any) -> None:
        kinds = (int, float) if self.kind is float else self.kind
        if not isinstance(value, kinds):
            raise TypeError(f"{self.name} must be {self.kind.__name__}, got {value!r}")
        if self.range is not None and not self.range.minimum <= value <= self.range.maximum:
            raise ValueError(f"{self.name} must lie in {self.range}, got {value!r}")

    def _write_node(self, node: Any, value: Any) -> None:
        if value is not None and not isinstance(value, self.node_classes):
            raise TypeError(f"{self.name} cannot be a {value.GetClassName()}")
        was_modifying = node.StartModify()
        for key, cls in zip(self._keys(), self.node_classes, strict=True):
            fits = value is not None and isinstance(value, cls)
            node.SetNodeReferenceID(key, value.GetID() if fits else None)
            value = None if fits else value
        node.EndModify(was_modifying)

    def _keys(self) -> list[str]:
        """Reference roles; the real wrapper numbers the members of a union."""
        is_union = typing.get_origin(self.kind) is typing.Union
        return [f"{self.name}.{index}" if is_union else self.name for index in range(len(self.node_classes))]


def _node_classes(kind: Any) -> tuple[type, ...]:
    import slicer

    members = typing.get_args(kind) if typing.get_origin(kind) is typing.Union else (kind,)
    return tuple(one for one in members if isinstance(one, type) and issubclass(one, slicer.vtkMRMLNode))


def _own_default(kind: Any) -> Any:
    return next(iter(kind)) if issubclass(kind, enum.Enum) else kind()


def _is_plain(kind: Any) -> bool:
    return kind in (str, bool, float) or (isinstance(kind, type) and issubclass(kind, enum.Enum))


def _from_text(text: str, kind: Any) -> Any:
    if kind is bool:
        return text == "True"
    return kind[text] if issubclass(kind, enum.Enum) else kind(text)


def make_module() -> types.ModuleType:
    """The module `slicer.parameterNodeWrapper`."""
    module = types.ModuleType("slicer.parameterNodeWrapper")
    for member in (parameterNodeWrapper, WithinRange):
        setattr(module, member.__name__, member)
    return module
