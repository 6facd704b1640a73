"""Enumerations as PythonQt shows them: `qt.Qt.AlignRight`, not `qt.Qt.AlignmentFlag.AlignRight`."""

from __future__ import annotations

import enum
import inspect


def flatten_enums(cls: type) -> None:
    """Put the members of every enumeration of `cls` on the class itself."""
    for kind in [value for value in vars(cls).values() if inspect.isclass(value) and issubclass(value, enum.Enum)]:
        for name, member in kind.__members__.items():
            if not hasattr(cls, name):
                setattr(cls, name, member)
