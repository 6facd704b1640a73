"""What the real ctk and qMRML widgets show to Python: a table made from the headers of Slicer 5.11 and its CTK.

Of a C++ class, Python sees properties, signals, slots and functions marked Q_INVOKABLE; plain setters it does not see.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TABLE: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""By class: "base", "properties", and "signals", "slots" and "invokables" as [name, [argument types]]."""


def split_signature(signature: str) -> tuple[str, list[str]]:
    """The name and the argument types of "valueChanged(double)"."""
    name, _, arguments = signature.partition("(")
    bare = (part.replace("const", "").replace("&", "").strip() for part in arguments.rstrip(") ").split(","))
    return name.strip(), [part for part in bare if part]


def has_member(cls: str, kind: str, signature: str) -> bool | None:
    """Whether a class has a "signals" or "slots" of this signature; None if the table does not know the class.

    What the class inherits from Qt itself is not looked up: then the answer is None, too.
    """
    wanted = list(split_signature(signature))
    if cls not in TABLE:
        return None
    while cls in TABLE:
        if wanted in TABLE[cls][kind]:
            return True
        if any(name == wanted[0] for name, _ in TABLE[cls][kind]):
            return False
        cls = TABLE[cls]["base"]
    return None


def member_names(cls: str) -> set[str]:
    """Every name that Python sees on a class of the table, without what it inherits from Qt's own."""
    names: set[str] = set()
    while cls in TABLE:
        entry = TABLE[cls]
        names |= set(entry["properties"])
        names |= {name for kind in ("signals", "slots", "invokables") for name, _ in entry[kind]}
        cls = entry["base"]
    return names
