"""Who is told how a training goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from LVSegULib.training.loop import Report


@dataclass(frozen=True)
class Watch:
    """What a run tells while it runs; every call may raise to stop it.

    Attributes:
        say: a line about what is being done.
        warn: a line that nobody should miss.
        loaded: the name of a case that is being read.
        report: loss and Dice, every few steps.
    """

    say: Callable[[str], None] = lambda _: None
    warn: Callable[[str], None] = lambda _: None
    loaded: Callable[[str], None] = lambda _: None
    report: Callable[[Report], None] = lambda _: None
