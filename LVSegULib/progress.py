"""Report how far work is: functions that take the share done, 0 to 1. Whatever a report raises stops the work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Report = Callable[[float], None]
"""Called with the share done, 0 to 1, never less than before."""

Item = TypeVar("Item")


def silent(_: object) -> None:
    """Tell nobody."""


def part_of(report: Report, start: float, end: float) -> Report:
    """A report for a step of the work that takes it from the share `start` to `end`."""
    return lambda share: report(start + (end - start) * share)


def reporting(items: Sequence[Item], report: Report) -> Iterator[Item]:
    """Go through `items` and report after each."""
    for done, item in enumerate(items, start=1):
        yield item
        report(done / len(items))
