"""Signs in how a cavity goes with those of the slices beside it in the same frame."""

from __future__ import annotations

import numpy as np

from LVSegULib.quality.pixels import PerSlice, beside, counts, where
from LVSegULib.quality.view import View


def misfit(view: View) -> PerSlice:
    """1 less the Dice with the slice beside that it overlaps less, of those that have a cavity."""
    area = view.area
    worst = np.full(area.shape, -1.0)
    for step in (1, -1):
        other, size = beside(view.cavity, step, False), beside(area, step, 0)
        dice = 2 * counts(view.cavity & other) / np.maximum(area + size, 1)
        worst = np.maximum(worst, np.where(size > 0, 1 - dice, -1.0))
    return where(view.found & (worst >= 0), worst)


def leap(view: View) -> PerSlice:
    """By how much the logarithm of the area differs from the mean of the slices beside; they both need a cavity."""
    area = view.area
    logs = np.log(np.maximum(area, 1))
    before, after = beside(area, -1, 0), beside(area, 1, 0)
    expected = (beside(logs, -1, 0) + beside(logs, 1, 0)) / 2
    return where(view.found & (before > 0) & (after > 0), np.abs(logs - expected))


def end(view: View) -> PerSlice:
    """1 for the first and the last slice with a cavity, where experts differ most on what belongs to it; else 0."""
    inner = beside(view.found, 1, False) & beside(view.found, -1, False)
    return where(view.found, np.where(inner, 0.0, 1.0))


def taper(view: View) -> PerSlice:
    """Logarithm of the area of the frame's largest slice over that of this one."""
    largest = np.maximum(view.area.max(axis=1, keepdims=True), 1)
    return where(view.found, np.log(largest / np.maximum(view.area, 1)))
