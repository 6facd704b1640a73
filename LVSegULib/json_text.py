"""JSON as it is read from files that people and other programs write: what is wrong with it is said in plain words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NOT_UTF8 = "it is not UTF-8: save it as UTF-8"
TOO_DEEP = "it has lists inside of lists, deeper than any file needs"


class NotJson(ValueError):
    """A text is no JSON; its own text says why, fit to stand inside of a message."""


def json_of(text: str) -> Any:
    """The value of a JSON text, which may hold NaN, infinity, and whole numbers too large for a float.

    Raises:
        NotJson: it is no JSON, or nested too deeply.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"it is no JSON in line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise NotJson(TOO_DEEP) from error
    except ValueError as error:  # Python reads no whole number of more than 4,300 digits
        raise NotJson("it holds a number that goes on and on") from error


def read_json(path: Path) -> Any:
    """The value of a JSON file, UTF-8 with or without a byte order mark.

    Raises:
        OSError: it cannot be read.
        NotJson: it is no JSON.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJson(NOT_UTF8) from error
    return json_of(text)
