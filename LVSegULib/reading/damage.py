"""What is wrong with a damaged file, in plain words: other packages' errors speak of their own insides."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from LVSegULib.errors import InputError
from LVSegULib.shown import shown


class Damage(ValueError):
    """Something wrong inside of a file; its text is fit for people, and the path is still to be put before it."""


def because(error: BaseException) -> str:
    """A reason in parentheses, with a space before it, to stand inside of a message; nothing if none is known."""
    reason = reason_of(error)
    return f" ({reason})" if reason else ""


def reason_of(error: BaseException) -> str:
    """What an error says of a file, "" if it says nothing that is fit for people."""
    if isinstance(error, Damage):
        return shown(error)
    if isinstance(error, RecursionError):
        return "sequences inside of sequences, deeper than any image needs"
    if isinstance(error, EOFError):
        return "it ends early"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, (zlib.error, OSError)):  # gzip and bzip2 raise an OSError without number
        return "what is packed in it cannot be unpacked"
    return ""


@contextmanager
def permitted(path: Path) -> Iterator[None]:
    """Tell a file that may not be read from a damaged one: its PermissionError becomes an InputError that says so."""
    try:
        yield
    except PermissionError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}): check its permissions") from error
