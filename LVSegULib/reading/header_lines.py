"""What headers of lines of text have in common: the lines, and numbers that may be no numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from LVSegULib.errors import InputError
from LVSegULib.shown import counted, shown

LONGEST_LINE = 1 << 22
"""Times of frames and names of segments make lines long, but not so long."""

MOST_LINES = 100_000


def read_line(opened: BinaryIO, path: Path) -> str | None:
    """The next line without its end; None at the end of the file."""
    line = opened.readline(LONGEST_LINE)
    if len(line) == LONGEST_LINE:
        raise InputError(f"{path}: its header has a line of more than {LONGEST_LINE} bytes: copy or export it again")
    return line.decode("utf-8", "replace").rstrip("\r\n") if line else None


def rest_of_lines(opened: BinaryIO, path: Path) -> list[str]:
    """All lines up to the end of the file."""
    lines: list[str] = []
    while (line := read_line(opened, path)) is not None:
        lines.append(line)
    return lines


@dataclass(frozen=True)
class Field:
    """A value of a header and what to call it in errors."""

    path: Path
    name: str
    text: str

    def wrong(self, expected: str) -> InputError:
        """The error for a value that is not what is expected."""
        return InputError(
            f'{self.path}: its header says {self.name} "{shown(self.text, 60)}", expected {expected}: correct it'
        )

    def whole(self, lowest: int, highest: int) -> int:
        """A whole number."""
        (number,) = self.wholes(1, lowest, highest)
        return number

    def wholes(self, count: int, lowest: int, highest: int) -> tuple[int, ...]:
        """So many whole numbers."""
        words = self.text.split()
        if len(words) != count or not all(re.fullmatch(r"[+-]?[0-9]{1,12}", word) for word in words):
            raise self.wrong(counted(count, "whole number"))
        numbers = tuple(map(int, words))
        if min(numbers) < lowest or max(numbers) > highest:
            raise self.wrong(f"numbers from {lowest} to {highest}")
        return numbers

    def numbers(self, count: int) -> tuple[float, ...]:
        """So many numbers, NaN and infinite ones too."""
        numbers = numbers_in(self.text)
        if numbers is None or len(numbers) != count:
            raise self.wrong(counted(count, "number"))
        return numbers


def numbers_in(text: str) -> tuple[float, ...] | None:
    """The numbers between spaces, NaN and infinite ones too; None if a word is no number."""
    try:
        return tuple(float(word) for word in text.split())
    except ValueError:
        return None
