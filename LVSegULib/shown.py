"""Words for messages of one line: text out of files and other packages made fit for them, counts and numbers."""

from __future__ import annotations

import math
import unicodedata

LONGEST = 100

_JOINERS = "\u200c\u200d"
"""Not printed themselves, but parts of spellings in Persian and Hindi, and of emoji."""


def shown(text: object, longest: int = LONGEST) -> str:
    """`text` on one line, what cannot be printed as "?", and cut where it goes on for too long."""
    line = " ".join(str(text).split())
    printable = "".join(letter if is_printable(letter) else "?" for letter in line[: longest + 1])
    return printable if len(printable) <= longest else f"{printable[:longest]}..."


def in_one_line(text: str) -> str:
    """`text` on one line, all of it and with single blanks; see `without_breaks`."""
    return without_breaks(" ".join(text.split()))


def without_breaks(text: str) -> str:
    """`text` on one line, letter for letter, so that a path in it can be copied.

    Line ends and tabs are blanks, what else a terminal might obey is "?". Every other blank stays as it is, and so do
    bytes of file names that are no text.
    """
    return "".join(letter if _can_stay(letter) else " " if letter.isspace() else "?" for letter in text)


def _can_stay(letter: str) -> bool:
    return is_printable(letter) or "\udc80" <= letter <= "\udcff" or unicodedata.category(letter) == "Zs"


def is_printable(text: str) -> bool:
    """Whether all of `text` can stand in a line: no line ends, and nothing that a terminal might obey."""
    return all(letter.isprintable() or letter in _JOINERS for letter in text)


def counted(count: int, thing: str) -> str:
    """How many of a thing there are: "1 slice", "2 slices"."""
    return f"{count} {thing}{'s' * (count != 1)}"


def number_text(value: float | None, form: str) -> str:
    """A number in this format, ".2f" or ".1%" (as "9.1 %"); "-" where there is none."""
    return "-" if value is None or math.isnan(value) else f"{value:{form}}".replace("%", " %")
