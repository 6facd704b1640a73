"""What went wrong inside the stand-in where the real application only prints: tests look here."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

PROBLEMS: list[str] = []
"""Exceptions in slots and observers, and names in a .ui file that the real widgets do not have."""


def record(problem: str) -> None:
    """Keep a problem, and print it as the application does."""
    PROBLEMS.append(problem)
    sys.stderr.write(problem + "\n")


def take_problems() -> list[str]:
    """The problems since the last call."""
    found = list(PROBLEMS)
    PROBLEMS.clear()
    return found


def record_uncaught(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """The hook for exceptions that reach Qt or VTK: neither raises them, and Qt would end the program."""
    record("".join(traceback.format_exception(kind, error, where)))
