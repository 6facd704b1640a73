"""How well a probability tells bad slices from good ones: ROC curve, area under it, and both rates at a threshold.

Intervals are bootstrapped over patients, for slices of one patient resemble each other; see `evaluation.bootstrap`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from LVSegULib.evaluation.bootstrap import NO_INTERVAL, Ratio, has_interval, interval_of, ratio_of_sums, resamples

Numbers = NDArray[np.float64]
Choices = NDArray[np.bool_]


def curve(wrong: Numbers, bad: Choices) -> tuple[Numbers, Numbers]:
    """False alarms and bad slices found, as shares of the good and of the bad, from the strictest threshold down.

    Args:
        wrong: probability that each slice is bad (N,).
        bad: whether it is (N,).
    """
    order = np.argsort(-wrong, kind="stable")
    last = np.append(np.flatnonzero(np.diff(wrong[order])), len(wrong) - 1)
    found = np.append(0, np.cumsum(bad[order])[last])
    alarms = np.append(0, np.cumsum(~bad[order])[last])
    return alarms / max(int(alarms[-1]), 1), found / max(int(found[-1]), 1)


def area_under(wrong: Numbers, bad: Choices, patients: Sequence[str]) -> Ratio:
    """Area under the ROC curve: of all pairs of a bad slice and a good one, how many are in the right order.

    Args:
        wrong: probability that each slice is bad (N,).
        bad: whether it is (N,).
        patients: whose it is (N,).
    """
    _, owner = np.unique(np.asarray(patients), return_inverse=True)
    ranks = _Ranks(wrong, bad)
    area, interval, count = ranks.area(np.ones(len(wrong))), NO_INTERVAL, int(owner.max()) + 1
    if has_interval(count) and math.isfinite(area):
        areas = np.array([ranks.area(row[owner].astype(np.float64)) for row in resamples(count)])
        interval = interval_of(areas[np.isfinite(areas)])
    return Ratio(area, count, interval)


def shares_flagged(flagged: Choices, bad: Choices, patients: Sequence[str]) -> tuple[Ratio, Ratio]:
    """Share of the bad slices that are flagged, and share of the good ones that are: false alarms; each (N,)."""
    _, owner = np.unique(np.asarray(patients), return_inverse=True)

    def share(of: Choices) -> Ratio:
        return ratio_of_sums(np.bincount(owner, flagged & of).tolist(), np.bincount(owner, of).tolist())

    return share(bad), share(~bad)


def threshold_for(wrong: Numbers, bad: Choices, share: float, most_alarms: float) -> float:
    """A probability above which at least `share` of the bad slices lie, as high as can be; there must be one.

    It lies half-way from the last of them to the next slice below. Where more than `most_alarms` of the good slices lie
    above it, the lowest one above which no more do.
    """
    found, alarms = np.sort(wrong[bad])[::-1], np.sort(wrong[~bad])[::-1]
    last = float(found[math.ceil(share * len(found)) - 1])
    threshold = (last + float(wrong[wrong < last].max(initial=0.0))) / 2
    allowed = int(most_alarms * len(alarms))
    return max(threshold, float(alarms[allowed])) if allowed < len(alarms) else threshold


class _Ranks:
    """Slices in the order of their probabilities, those of equal ones as one group."""

    def __init__(self, wrong: Numbers, bad: Choices) -> None:
        values, self._group = np.unique(wrong, return_inverse=True)
        self._size, self._bad = len(values), bad

    def area(self, weights: Numbers) -> float:
        """Area under the curve of slices that count as often as `weights` (N,) says; NaN without bad or good ones."""
        bad = np.bincount(self._group, weights * self._bad, minlength=self._size)
        good = np.bincount(self._group, weights * ~self._bad, minlength=self._size)
        pairs = float(bad.sum() * good.sum())
        below = np.cumsum(good) - good / 2
        return float(bad @ below) / pairs if pairs else math.nan
