"""Settings that people write in files: read from TOML, and checked against the types of a dataclass's fields."""

from __future__ import annotations

import dataclasses
import importlib
import json
import math
import sys
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from LVSegULib.errors import UsageError, reason
from LVSegULib.json_text import NOT_UTF8, TOO_DEEP
from LVSegULib.shown import shown

Owner = TypeVar("Owner")

_LARGEST = 2**63 - 1
"""Whole numbers beyond are no settings; those of thousands of digits cannot even be printed."""

_LISTS: dict[Any, type] = {tuple[str, ...]: str, tuple[int, ...]: int, tuple[float, ...]: float}
_WORDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    tuple[str, ...]: "a list of texts",
    tuple[int, ...]: "a list of whole numbers",
    tuple[float, ...]: "a list of numbers",
    dict[str, str]: "a table of texts",
}


def read_toml(path: Path, what: str = "configuration") -> dict[str, Any]:
    """The values of a TOML file; `what` says in the message what the file is.

    Raises:
        UsageError: the file is missing, is not TOML, or is nested too deeply.
    """
    tomllib = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    text = ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return dict(tomllib.loads(text))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"cannot read the {what} {path}: {_wrong_toml(error, text, tomllib)}") from error


def _wrong_toml(error: Exception, text: str, tomllib: Any) -> str:
    """What is wrong with a file; the words of the parser name line and column, those of others are Python's."""
    if isinstance(error, RecursionError):
        return TOO_DEEP
    if isinstance(error, UnicodeDecodeError):
        return NOT_UTF8
    if isinstance(error, OSError):
        return f"{reason(error)}: check the path"
    said = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it holds a number that goes on and on"
    return f"{said}: correct it" + (", and write paths with / or in single quotes" if "\\" in text else "")


def typed(owner: type[Owner], table: Any, where: str, **others: Any) -> Owner:
    """An `owner` (a dataclass) from a table of a file, whose every value has the type of its field.

    Args:
        owner: what is described.
        table: as TOML or JSON gives it; its keys are the names of fields.
        where: what the table is, for the message: "[study]".
        others: fields that do not come from the table.

    Raises:
        UsageError: it is no table, or a key is unknown, lacking, or of another type.
    """
    if not isinstance(table, dict):
        raise UsageError(f"{where} is no table")
    hints = {name: hint for name, hint in get_type_hints(owner).items() if name not in others}
    if unknown := [name for name in table if name not in hints]:
        raise UsageError(f"{where}: unknown key {unknown[0]}: there are {', '.join(hints)}")
    own = {name: fitted(f"{where}: {name}", value, hints[name]) for name, value in table.items()}
    fields = dataclasses.fields(owner)  # type: ignore[arg-type]
    if needed := [one.name for one in fields if _is_needed(one) and one.name not in {**table, **others}]:
        raise UsageError(f"{where}: lacks {', '.join(needed)}")
    return owner(**own, **others)


def _is_needed(one: dataclasses.Field[Any]) -> bool:
    return one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING


def refuse_no_numbers(config: Any, prefix: str = "") -> None:
    """Raise a UsageError where a field of a dataclass, or a value of its lists, is NaN or infinite.

    Args:
        config: the dataclass.
        prefix: of the fields' names in the message.
    """
    for setting in dataclasses.fields(config):
        for value in values_of(getattr(config, setting.name)):
            if isinstance(value, float) and not math.isfinite(value):
                raise UsageError(f"{prefix}{setting.name} must be a number, got {value:g}")


def values_of(value: Any) -> tuple[Any, ...]:
    """The values of a list; a single one as a list of it."""
    return value if isinstance(value, tuple) else (value,)


def as_plain(config: Any) -> dict[str, Any]:
    """The fields of a dataclass as plain values for a JSON file."""
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(config)))
    return plain


def fitted(name: str, value: Any, hint: Any) -> Any:
    """`value` as the type `hint` has it: a list as a tuple, and a whole number as a float where a float is wanted.

    Args:
        name: of the setting, for the message.
        value: as TOML or JSON gives it.
        hint: bool, int, float, str, a tuple of one of the last three, or a dict of text to anything or one of them.

    Raises:
        UsageError: it is of another type.
    """
    item = _LISTS.get(hint)
    if item is not None:
        if isinstance(value, (list, tuple)) and all(_is(one, item) for one in value):
            return tuple(item(one) for one in value)
    elif get_origin(hint) is dict:
        _, item = get_args(hint)
        if isinstance(value, dict) and (item is Any or all(_is(one, item) for one in value.values())):
            return value
    elif _is(value, hint):
        return hint(value)
    is_endless = type(value) is int and not _is(value, int)
    told = "a number that goes on and on" if is_endless else shown(repr(value))
    raise UsageError(f"{name} = {told}: expected {_WORDS.get(hint) or 'a table of settings'}")


def _is(value: Any, wanted: type) -> bool:
    """Whether `value` is of that type; true and false are no numbers, and a float holds no whole number of any size."""
    if type(value) is int and abs(value) > _LARGEST:
        return False
    return type(value) is wanted or (wanted is float and type(value) is int)
