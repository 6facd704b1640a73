"""What is reckoned and not learnt: slices without a cavity, and slices that do not fit the beat.

Data sets hold hardly any slice in which the cavity was missed, and end-diastole and end-systole only, so neither can be
learnt from them. They can be reckoned:

- An empty slice is wrong if there is a cavity on both sides of it, or if its frame has none at all. Beside a cavity, it
  is wrong as likely as the network says that there is more of it. And the last slice of a ventricle is small: of half
  an ellipsoid that is cut into six slices or more, the one at the tip has at most 1 - (5/6)^2 = 0.31 of the largest
  area. At the base, where the ventricle ends in its full width, that says nothing.
- An empty slice is wrong more often than not if the network found a cavity in it that was left out, as it lay beside
  the ventricle: the ventricle is mostly somewhere else in that slice.
- A cavity overlaps that of the frame before or after: in the sample patient with a Dice above 0.9 in 19 slices of 20.
  So one whose Dice with both of them is below 0.75 can hardly have 0.8 with the truth.

One thing can be counted where a data set has slices above the base and below the apex: how often the cavity was missed
in the stack's first or last slice. Stacks are planned to hold the whole ventricle, so it may well reach into that one,
and the network's probabilities tell little of when it does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from LVSegULib.quality.certainty import probability
from LVSegULib.quality.pixels import Mask, PerSlice, beside, counts
from LVSegULib.quality.view import NOT_VENTRICLE, View

SURELY_WRONG = 0.99

LARGEST_LAST = 0.35
"""Share of the frame's largest area at which a slice is as likely the last one as not."""

LAST_SOFTNESS = 0.03

LEFT_OUT_WRONG, LEAST_LEFT_OUT = 0.75, 30
"""How likely a slice holds some of the cavity where all that the network found in it, of so many pixels or more, was
left out: in ACDC's stacks six of eight did."""

FEWEST_SLICES = 4
"""With fewer slices found in a frame, base and apex cannot be told apart."""

FEWEST_FRAMES = 8
"""With fewer frames in a beat, a healthy ventricle may change too much from one to the next."""

LEAST_OVERLAP = 0.75
"""Dice with the better of the frames before and after at which a slice is as likely right as wrong."""

OVERLAP_SOFTNESS = 0.03


@dataclass(frozen=True)
class Rule:
    """How likely a rule takes each slice for wrong (T, K), 0 to 1, and its words."""

    wrong: PerSlice
    reason: str


def rules_of(view: View) -> tuple[Rule, ...]:
    """What each rule says of the slices; with nothing to say, 0."""
    nowhere = ~view.found.any(axis=1, keepdims=True) & np.ones_like(view.found)
    between = _is_between(view.found)
    return (
        Rule(np.where(nowhere, SURELY_WRONG, 0.0), "no cavity was found in the whole frame"),
        Rule(np.where(between, SURELY_WRONG, 0.0), "no cavity was found, though there is one on both sides of it"),
        Rule(_cut_off(view), "no cavity was found, though the slice beside it is large"),
        Rule(_overlooked(view), "no cavity was found, though the network is unsure"),
        Rule(_left_out(view), "what the network found in it lies beside the ventricle and was left out"),
        Rule(_against_the_beat(view), "it does not fit the frames before and after"),
    )


def is_empty_end(view: View) -> Mask:
    """Where the stack's first or last slice has no cavity and the slice beside it has one (T, K)."""
    end = np.zeros_like(view.found)
    end[:, [0, -1]] = True
    empty_end: Mask = end & ~view.found & (beside(view.found, 1, False) | beside(view.found, -1, False))
    return empty_end


def end_rule(view: View, rate: float) -> Rule:
    """The rule that such a slice holds some of the cavity as often as it did where that was counted."""
    reason = f"no cavity was found in it, though the stack ends there: {rate:.0%} of such slices hold some"
    return Rule(np.where(is_empty_end(view), rate, 0.0), reason)


def _is_between(found: Mask) -> Mask:
    """Empty slices with a cavity somewhere on both sides."""
    before = np.logical_or.accumulate(found, axis=1)
    after = np.logical_or.accumulate(found[:, ::-1], axis=1)[:, ::-1]
    between: Mask = ~found & before & after
    return between


def _cut_off(view: View) -> PerSlice:
    """Empty slices beside one that is too large to be the last at the apex."""
    share = view.area / np.maximum(view.area.max(axis=1, keepdims=True), 1)
    wrong: PerSlice = np.zeros_like(share)
    for step in (1, -1):
        last = beside(share, step, 0.0)
        odds = (last - LARGEST_LAST) / LAST_SOFTNESS
        is_end = ~view.found & (last > 0) & ~_is_base(view.area, step)[:, None]
        wrong = np.maximum(wrong, np.where(is_end, SURELY_WRONG / (1 + np.exp(-odds)), 0.0))
    return wrong


def _is_base(area: PerSlice, step: int) -> Mask:
    """In which frames (T,) the slices that one meets first, going by `step`, are those of the base: the larger half."""
    middle = np.array([_mean_place(row) for row in area if row.any()])
    lean = np.full(len(area), float(np.mean(middle)) if len(middle) else 0.0)
    enough = np.count_nonzero(area, axis=1) >= FEWEST_SLICES
    base: Mask = enough & (lean * step < 0)
    return base


def _mean_place(area: PerSlice) -> float:
    """Where the middle of the areas (K,) lies from the middle of the slices that have one, in slices."""
    at = np.flatnonzero(area)
    return float(area[at] @ at / area[at].sum() - (at[0] + at[-1]) / 2)


def _overlooked(view: View) -> PerSlice:
    """For empty slices the largest probability of the cavity in the place of the cavities beside; 0 without any."""
    wrong = np.zeros_like(view.area)
    place = beside(view.cavity, 1, False) | beside(view.cavity, -1, False)
    missing = ~view.found & place.any(axis=(2, 3))
    if not missing.any():
        return wrong
    chances = probability(view)
    for frame, index in np.argwhere(missing):
        wrong[frame, index] = chances[frame, index][place[frame, index]].max()
    return wrong


def _left_out(view: View) -> PerSlice:
    """Empty slices in which a cavity was found and cleaned away, without those above the base."""
    is_above = np.all(view.odds == NOT_VENTRICLE, axis=(2, 3))
    is_left_out = ~view.found & ~is_above & (counts(view.wins) >= LEAST_LEFT_OUT)
    return np.where(is_left_out, LEFT_OUT_WRONG, 0.0)


def _against_the_beat(view: View) -> PerSlice:
    """From the Dice of each slice with the better of the frames before and after; the beat is a circle."""
    wrong = np.zeros_like(view.area)
    if len(view.cavity) < FEWEST_FRAMES:
        return wrong
    best = np.zeros_like(view.area)
    for step in (1, -1):
        other, total = np.roll(view.cavity, step, axis=0), view.area + np.roll(view.area, step, axis=0)
        dice = 2 * counts(view.cavity & other) / np.maximum(total, 1)
        best = np.maximum(best, np.where(total > 0, dice, 1.0))
    return SURELY_WRONG / (1 + np.exp((best - LEAST_OVERLAP) / OVERLAP_SOFTNESS))
