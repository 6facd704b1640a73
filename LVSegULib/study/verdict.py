"""Whether a difference is one: its interval must leave out zero, and it must exceed what another seed does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from LVSegULib.evaluation.bootstrap import Summary

Kind = Literal["better", "worse", "none"]


@dataclass(frozen=True)
class Verdict:
    """What a difference shows: `kind`, and `words` for people."""

    kind: Kind
    words: str


def verdict(change: Summary, noise: float) -> Verdict:
    """The verdict on a change of Dice.

    Args:
        change: over patients, with its 95 % interval.
        noise: how far runs that differ by their seed only may lie apart; NaN if it is not known.
    """
    low, high = change.mean_interval
    if math.isnan(low):
        return Verdict("none", "too few patients to tell")
    if low <= 0 <= high:
        return Verdict("none", f"no difference that {change.patients} patients show")
    if not math.isnan(noise) and abs(change.mean) <= noise:
        return Verdict("none", "no more than another seed does")
    return Verdict("better", "better") if low > 0 else Verdict("worse", "worse")
