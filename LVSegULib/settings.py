"""Settings that people write in files: read from TOML, and checked against the types of a dataclass's fields."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any, get_origin

from LVSegULib.errors import UsageError

_LISTS: dict[Any, type] = {tuple[str, ...]: str, tuple[int, ...]: int, tuple[float, ...]: float}


def read_toml(path: Path, what: str = "configuration") -> dict[str, Any]:
    """The values of a TOML file; `what` says in the message what the file is.

    Raises:
        UsageError: the file is missing or is not TOML.
    """
    tomllib = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        return dict(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read the {what} {path}: {error}") from error


def fitted(name: str, value: Any, hint: Any) -> Any:
    """`value` as the type `hint` has it: a list as a tuple, and a whole number as a float where a float is wanted.

    Args:
        name: of the setting, for the message.
        value: as TOML or JSON gives it.
        hint: bool, int, float, str, a tuple of one of the last three, or a dict.

    Raises:
        UsageError: it is of another type.
    """
    item = _LISTS.get(hint)
    if item is not None:
        if isinstance(value, (list, tuple)) and all(_is(one, item) for one in value):
            return tuple(item(one) for one in value)
    elif get_origin(hint) is dict:
        if isinstance(value, dict):
            return value
    elif _is(value, hint):
        return hint(value)
    raise UsageError(f"{name} = {value!r} is not of type {getattr(hint, '__name__', hint)}")


def _is(value: Any, wanted: type) -> bool:
    """Whether `value` is of that type; true and false are no numbers."""
    return type(value) is wanted or (wanted is float and type(value) is int)
