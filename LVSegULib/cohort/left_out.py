"""What of a tree is no case, counted by reason; and what could not be looked at, so that it may hold cases."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from LVSegULib.cohort.naming import printable


class LeftOut(Counter[str]):
    """How many files, links and folders are no cases or could not be looked at, by reason.

    Attributes:
        closed: paths of those that could not be looked at, and so may hide cases.
    """

    def __init__(self) -> None:
        super().__init__()
        self.closed: list[str] = []

    def add_closed(self, path: Path, reason: str) -> None:
        """Count a file or folder that could not be looked at."""
        self[reason] += 1
        self.closed.append(printable(str(path)))
