"""Qt properties as PythonQt shows them: `label.text = "a"` and `label.text`, never `label.text()`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

VIRTUAL = {("QWidget", "sizeHint"), ("QWidget", "minimumSizeHint"), ("QProgressBar", "text"), ("QLayout", "spacing")}
"""Getters that C++ calls virtually: as attributes they would be called in place of the C++ function."""


def show_properties(cls: Any) -> None:
    """Replace the getters of the properties that `cls` itself declares by attributes."""
    meta = cls.staticMetaObject
    for index in range(meta.propertyOffset(), meta.propertyCount()):
        name = meta.property(index).name()
        if (cls.__name__, name) not in VIRTUAL:
            setattr(cls, name, _attribute(name, _getter(cls, name)))


def _getter(cls: type, name: str) -> Callable[[Any], Any] | None:
    """The C++ getter: `text`, or `isEnabled` for the property `enabled`."""
    capital = name[0].upper() + name[1:]
    candidates = (vars(cls).get(getter) for getter in (name, f"is{capital}", f"has{capital}"))
    return next((getter for getter in candidates if callable(getter)), None)


def _attribute(name: str, getter: Callable[[Any], Any] | None) -> property:
    def read(self: Any) -> Any:
        return getter(self) if getter is not None else self.property(name)

    def write(self: Any, value: Any) -> None:
        meta = self.metaObject()
        declared = meta.property(meta.indexOfProperty(name))
        if not declared.isWritable():
            raise AttributeError(f"Property '{name}' of {type(self).__name__} object is not writable")
        taken = bool(value) if declared.typeName() == "bool" else value
        if not declared.write(self, taken) and not _write_by_setter(self, name, taken):
            raise AttributeError(f"Property '{name}' of type '{declared.typeName()}' does not accept {value!r}")

    return property(read, write)


def _write_by_setter(owner: Any, name: str, value: Any) -> bool:
    """For types that PyQt's properties do not take, such as enumerations."""
    setter = getattr(owner, f"set{name[0].upper()}{name[1:]}", None)
    try:
        if setter is None:
            return False
        setter(value)
    except TypeError:
        return False
    return True
