"""C++ objects do not take new attributes: a misspelt property is an error here, as it is in Slicer."""

from __future__ import annotations

import inspect
from typing import Any

from PyQt6.QtCore import QObject

_plain_setattr = QObject.__setattr__


def set_attribute(self: Any, name: str, value: Any) -> None:
    """Set an attribute that exists.

    Names that start with an underscore belong to the stand-ins themselves.

    Raises:
        AttributeError: there is no such property, or it is a method.
    """
    cls = type(self)
    is_cpp = cls.__module__.startswith("PyQt6") or getattr(cls, "_stands_in_for_cpp", False)
    if is_cpp and not name.startswith("_"):
        member = inspect.getattr_static(cls, name, None)
        if member is None:
            raise AttributeError(f"'{name}' does not exist on {cls.__name__}: C++ objects take no new attributes")
        if not hasattr(member, "__set__"):
            raise AttributeError(f"'{name}' of {cls.__name__} is a method and cannot be set")
    _plain_setattr(self, name, value)
