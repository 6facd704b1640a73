"""Signals as PythonQt connects them: `button.connect("clicked(bool)", function)`."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QMetaObject

from Testing.desktop import widget_api
from Testing.desktop.record import record


def connect(self: Any, signal: str, function: Callable[..., Any]) -> bool:
    """Connect, with the checks that PythonQt leaves out or only prints.

    Raises:
        ValueError: there is no such signal. PythonQt only prints this, and the panel stays dead.
        TypeError: `function` cannot be called.
    """
    if not callable(function):
        raise TypeError(f"connect: {function!r} cannot be called")
    bound, count = _bound_signal(self, signal)
    guarded = _guarded(function)

    def slot(*values: Any) -> None:
        guarded(*values[:count])

    bound.connect(slot)
    self.__dict__.setdefault("_connections", {}).setdefault(signal, []).append((function, slot))
    return True


def disconnect(self: Any, signal: str, function: Callable[..., Any]) -> bool:
    """Undo `connect`; False if there was no such connection."""
    connections = self.__dict__.get("_connections", {}).get(signal, [])
    for connection in [one for one in connections if one[0] == function]:
        _bound_signal(self, signal)[0].disconnect(connection[1])
        connections.remove(connection)
        return True
    return False


def _bound_signal(sender: Any, signal: str) -> tuple[Any, int]:
    """PyQt's signal and the number of its arguments."""
    name, arguments = widget_api.split_signature(signal)
    declared = widget_api.has_member(type(sender).__name__, "signals", signal)
    if declared is None:
        normal = bytes(QMetaObject.normalizedSignature(signal.encode()).data())
        declared = sender.metaObject().indexOfSignal(normal) >= 0
    if "(" not in signal or not declared:
        raise ValueError(f"signal '{signal}' does not exist on {type(sender).__name__} '{sender.objectName}'")
    return getattr(sender, name), len(arguments)


def _guarded(function: Callable[..., Any]) -> Callable[..., None]:
    """`function`, called with as many values as it has parameters; its exceptions are recorded."""
    count = _parameter_count(function)

    def call(*values: Any) -> None:
        try:
            function(*values[:count])
        except Exception:  # PythonQt prints whatever a slot raises and goes on
            record(traceback.format_exc())

    return call


def _parameter_count(function: Callable[..., Any]) -> int | None:
    """Parameters of a Python function; like PythonQt it counts those with defaults. None: it takes any number."""
    bound = inspect.ismethod(function)
    plain = function.__func__ if bound else function
    if not inspect.isfunction(plain):
        return None
    takes_any = plain.__code__.co_flags & inspect.CO_VARARGS
    return None if takes_any else plain.__code__.co_argcount - bound
