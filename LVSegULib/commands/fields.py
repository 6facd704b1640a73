"""An option for every field of a configuration, so that what a file can set the command line can set too."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
from typing import Any, get_type_hints


def add_fields(group: argparse._ArgumentGroup, owner: type, prefix: str = "", skip: tuple[str, ...] = ()) -> None:
    """Declare an option for every field of the dataclass `owner`, with its words from the docstring.

    A field whose metadata has "choices" names them too.

    Args:
        group: where the options go.
        owner: the configuration.
        prefix: goes before every option's name ("augmentation" makes `--augmentation-noise`).
        skip: fields that get no option.
    """
    hints = get_type_hints(owner)
    help_texts = _field_docs(owner)
    for field in dataclasses.fields(owner):
        if field.name in skip:
            continue
        option = f"--{prefix}-{field.name}" if prefix else f"--{field.name}"
        choices = f": {', '.join(field.metadata['choices'])}" if "choices" in field.metadata else ""
        text = f"{help_texts.get(field.name, '').rstrip('.')}{choices} (default: {_shown(field.default)})".replace(
            "%", "%%"
        )
        group.add_argument(
            option.replace("_", "-"), dest=_destination(prefix, field.name), help=text, **_kind(hints[field.name])
        )


def given_fields(arguments: argparse.Namespace, prefix: str = "") -> dict[str, Any]:
    """The values of the options that `add_fields` declared with `prefix`, of those that were given."""
    start = _destination(prefix, "")
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    return {name.removeprefix(start): value for name, value in given.items() if name.startswith(start)}


def _destination(prefix: str, name: str) -> str:
    return f"set {prefix} {name}"


def _kind(hint: Any) -> dict[str, Any]:
    if hint is bool:
        return {"action": argparse.BooleanOptionalAction, "default": None}
    items: dict[Any, tuple[type, str]] = {
        tuple[int, ...]: (int, "N"),
        tuple[float, ...]: (float, "X"),
        tuple[str, ...]: (str, "NAME"),
    }
    if hint in items:
        item, shown = items[hint]
        return {"type": item, "nargs": "+", "metavar": shown}
    return {"type": hint, "metavar": hint.__name__.upper()}


def _shown(value: Any) -> str:
    return (" ".join(map(str, value)) if isinstance(value, tuple) else str(value)) or "none"


def _field_docs(owner: type) -> dict[str, str]:
    """The text of each attribute in the class's docstring, so that help and documentation are the same words.

    There is none where Python runs without docstrings (-OO).
    """
    docs: dict[str, str] = {}
    name = ""
    for line in inspect.cleandoc(owner.__doc__ or "").splitlines():
        stripped = line.strip()
        head, colon, text = stripped.partition(": ")
        if colon and head.isidentifier() and line.startswith(" " * 4) and not line.startswith(" " * 5):
            name = head
            docs[name] = text
        elif name and line.startswith(" " * 8):
            docs[name] += " " + stripped
    return docs
