"""The cases of a cohort whose figures lie far from those of the others, and in what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cohort.overview_columns import MEASURES, QUALITY, Column, values_of
from LVSegULib.cohort.table import rows_done

OUTLYING = 3.5
"""From this distance on a case is called an outlier, as Iglewicz and Hoaglin advise."""

FARTHEST = 100.0
"""The largest distance that is told; also that of a case without a figure that most others have."""

FEWEST_CASES = 8
"""With fewer cases that have a figure, its usual range cannot be told."""

_MOST_TOLD = 3
"""Figures that a reason names."""

_MAD_TO_SIGMA = 1.4826
"""The median absolute deviation of normally distributed numbers times this is their standard deviation."""

_FLOORS = {"%": 1.0, "": 0.02}
_LOG_FLOOR = 0.02
"""The least standard deviation that counts: one point of per cent, 0.02 of quality, 2 % of anything else."""

_NEEDED = ("LVEF_percent", "RVEF_percent")
"""Measures without which a heart was not found whole."""


@dataclass(frozen=True)
class _Distances:
    """How far each case lies from the middle in one figure: its values and robust standard deviations (N,)."""

    column: Column
    values: NDArray[np.float64]
    far: NDArray[np.float64]
    middle_half: tuple[float, float]

    def figure(self, row: int) -> str:
        value = self.values[row]
        label, unit = self.column.label, self._unit
        return f"no {label}" if np.isnan(value) else f"{label} {self.column.shown(value)}{unit}"

    def compared(self, row: int) -> str:
        if np.isnan(self.values[row]):
            return f"{self.figure(row)}, which most of the cohort have"
        low, high = (self.column.shown(edge) for edge in self.middle_half)
        half = f"{low} to {high}" if low != high else low
        return f"{self.figure(row)}, half of the cohort {half}{self._unit}"

    @property
    def _unit(self) -> str:
        return f" {self.column.unit}" if self.column.unit else ""


def mark_outliers(rows: Sequence[dict[str, Any]]) -> None:
    """Fill "outlier" of each row that is done, and "outlier_reason" of those from `OUTLYING` on.

    "outlier" is the largest distance of any measure, or of the quality where that is low, from the cohort's median, in
    robust standard deviations: 1.4826 times the median absolute deviation, which half of the cohort may be outliers
    without changing much. A mean and a plain standard deviation are drawn along by the very cases they should find
    (Leys et al. 2013, doi 10.1016/j.jesp.2013.03.013); 3.5 as the limit is from Iglewicz and Hoaglin, How to Detect and
    Handle Outliers, ASQC 1993. Volumes, masses and thicknesses are compared by their logarithm, for hearts differ in
    size by factors; per cent and quality as they are.

    Args:
        rows: the cohort's table, changed in place. A figure that fewer than `FEWEST_CASES` cases have is left out; with
            none left, "outlier" is None.
    """
    done = rows_done(rows)
    for row in rows:
        row["outlier"], row["outlier_reason"] = None, ""
    measured = [_distances(column, values_of(done, column)) for column in (*MEASURES, QUALITY)]
    distances = [one for one in measured if one is not None]
    if not distances:
        return
    far = np.stack([one.far for one in distances])
    order, largest = np.argsort(-far, axis=0, kind="stable"), np.max(far, axis=0)
    for number, row in enumerate(done):
        row["outlier"] = round(float(largest[number]), 2)
        if is_outlier(row):
            row["outlier_reason"] = _reason([distances[place] for place in order[:_MOST_TOLD, number]], number)


def is_outlier(row: Mapping[str, Any]) -> bool:
    """Whether a row was marked as one."""
    return (row.get("outlier") or 0.0) >= OUTLYING


def _reason(farthest: Sequence[_Distances], row: int) -> str:
    """The figure of a case that is farthest out, and the next ones if they are far out too."""
    first, *others = farthest
    also = ", ".join(one.figure(row) for one in others if one.far[row] >= OUTLYING)
    return f"{first.compared(row)}; also {also}" if also else first.compared(row)


def _distances(column: Column, values: NDArray[np.float64]) -> _Distances | None:
    """How far the cases are out in one figure; None where too few have it."""
    known = np.isfinite(values)
    if np.count_nonzero(known) < FEWEST_CASES:
        return None
    is_needed = column.key in _NEEDED and np.count_nonzero(known) > len(values) / 2
    far = np.full(len(values), FARTHEST if is_needed else 0.0)
    far[known] = _robust_z(column, values[known])
    low, high = np.percentile(values[known], (25, 75))
    return _Distances(column, values, np.minimum(far, FARTHEST), (float(low), float(high)))


def _robust_z(column: Column, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each of `values` (N,) from their median, 0 or more.

    A volume that is not positive has no logarithm, and no heart has it: it is as far out as can be.
    """
    if column.unit not in _FLOORS:
        positive = values > 0
        far = np.full(len(values), FARTHEST)
        if positive.any():
            far[positive] = np.abs(_z(np.log(values[positive]), _LOG_FLOOR))
        return far
    z = _z(values, _FLOORS[column.unit])
    return np.maximum(-z, 0.0) if column is QUALITY else np.abs(z)


def _z(values: NDArray[np.float64], floor: float) -> NDArray[np.float64]:
    middle = np.median(values)
    spread = _MAD_TO_SIGMA * float(np.median(np.abs(values - middle)))
    z: NDArray[np.float64] = (values - middle) / max(spread, floor)
    return z
