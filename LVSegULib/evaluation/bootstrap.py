"""Mean and median over patients, and the bootstrap confidence interval of means and ratios.

Slices of one patient resemble each other, so whole patients are drawn, never slices; a patient brings all its values.
Efron, Tibshirani: An Introduction to the Bootstrap (1993), percentile interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.shown import number_text

RESAMPLES = 2000
SEED = 20190601
CONFIDENCE = 0.95

FEWEST_PATIENTS = 5
"""Of fewer patients there is no interval: drawn again and again, two values come to no more than themselves."""

Interval = tuple[float, float]
NO_INTERVAL: Interval = (math.nan, math.nan)


@dataclass(frozen=True)
class Summary:
    """What many values of several patients come to.

    Attributes:
        mean: mean of the values; NaN without any.
        median: median of the values; NaN without any.
        count: how many values there are.
        patients: how many patients they come from.
        undefined: how many more were NaN and left out (such as the distance to an empty mask).
        mean_interval: 95 % confidence interval of the mean; NaN with fewer than FEWEST_PATIENTS.
    """

    mean: float
    median: float
    count: int
    patients: int
    undefined: int
    mean_interval: Interval


@dataclass(frozen=True)
class Ratio:
    """A ratio of sums over patients, such as the pooled Dice.

    Attributes:
        value: sum of the numerators by sum of the denominators; NaN if that is zero.
        patients: how many patients it comes from.
        interval: 95 % confidence interval; NaN with fewer than FEWEST_PATIENTS.
    """

    value: float
    patients: int
    interval: Interval


def has_interval(patients: int) -> bool:
    """Whether figures of so many patients have an interval."""
    return patients >= FEWEST_PATIENTS


def summarise(values: Sequence[float], patients: Sequence[str]) -> Summary:
    """Mean with its bootstrap interval over patients, and median.

    Args:
        values: values (N,); NaN is left out and counted.
        patients: the patient of each value (N,).
    """
    every = np.asarray(values, dtype=np.float64)
    defined = np.isfinite(every)
    kept = every[defined]
    names, owner = np.unique(np.asarray(patients, dtype=str)[defined], return_inverse=True)
    if len(kept) == 0:
        return Summary(math.nan, math.nan, 0, 0, len(every), NO_INTERVAL)
    mean_interval = NO_INTERVAL
    if has_interval(len(names)):
        drawn = resamples(len(names))
        sums = np.bincount(owner, weights=kept)
        mean_interval = interval_of((drawn @ sums) / (drawn @ np.bincount(owner)))
    return Summary(
        mean=float(kept.mean()),
        median=float(np.median(kept)),
        count=len(kept),
        patients=len(names),
        undefined=len(every) - len(kept),
        mean_interval=mean_interval,
    )


def ratio_of_sums(numerators: Sequence[float], denominators: Sequence[float]) -> Ratio:
    """Ratio of the sums of one numerator and one denominator for each patient, with its bootstrap interval."""
    above, below = np.asarray(numerators, dtype=np.float64), np.asarray(denominators, dtype=np.float64)
    if below.sum() == 0:
        return Ratio(math.nan, len(below), NO_INTERVAL)
    interval = NO_INTERVAL
    if has_interval(len(below)):
        drawn = resamples(len(below))
        sums = drawn @ below
        interval = interval_of((drawn @ above)[sums > 0] / sums[sums > 0])
    return Ratio(float(above.sum() / below.sum()), len(below), interval)


def resamples(patients: int) -> NDArray[np.int64]:
    """How often each patient is drawn in each resample (RESAMPLES, patients); every row sums to `patients`."""
    even = np.full(patients, 1 / patients)
    return np.random.default_rng(SEED).multinomial(patients, even, size=RESAMPLES)


def interval_of(estimates: NDArray[np.float64]) -> Interval:
    """The interval that holds the middle 95 % of the estimates of resamples (N,)."""
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(estimates, [tail, 100 - tail])
    return float(low), float(high)


def interval_text(interval: Interval, form: str) -> str:
    """An interval as "0.1 to 0.2"; "-" without one."""
    low, high = interval
    return "-" if math.isnan(low) else f"{number_text(low, form)} to {number_text(high, form)}"
