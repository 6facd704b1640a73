"""Who is told how a training goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from LVSegULib import watch
from LVSegULib.training.loop import StepReport


@dataclass(frozen=True)
class Watch(watch.Watch):
    """What a training tells.

    Attributes:
        report: loss and Dice, every few steps.
    """

    report: Callable[[StepReport], None] = lambda _: None
