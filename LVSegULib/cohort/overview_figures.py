"""What the overview of a cohort says about all of its cases: headline figures, usual ranges, bins of histograms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cohort.outliers import is_outlier
from LVSegULib.cohort.overview_columns import MEASURES, QUALITY, SECONDS, Column, values_of
from LVSegULib.cohort.table import Rows, rows_done
from LVSegULib.labels import CAVITY

PLOTTED = (
    *(column for column in MEASURES if column.label in ("LVEDV", "LVESV", "LVSV", "LVEF", "LVM", "RVEF", CAVITY.name)),
    QUALITY,
    SECONDS,
)
_MIDDLES = ("LVEF", "LVEDV")
_FEWEST_BINS, _MOST_BINS = 14, 28
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


def headline(rows: Rows) -> list[dict[str, str]]:
    """The figures at the top: label, value, a note, and the view of the cases that it counts ("" for none)."""
    done = rows_done(rows)
    flagged = sum(1 for row in done if row.get("flagged_slices"))
    counts = [
        _tile("Cases", f"{len(rows):,}"),
        _tile("Done", f"{len(done):,}", view="done"),
        _tile("Failed", f"{len(rows) - len(done):,}", view="failed"),
        _tile("Outliers", f"{sum(map(is_outlier, done)):,}", view="outliers"),
        _tile("With flagged slices", f"{flagged:,}", view="flagged"),
    ]
    return [*counts, *_medians(done), *_speed(done)]


def usual_range(values: NDArray[np.float64]) -> list[float] | None:
    """Of the finite numbers of `values` (N,): percentiles 2, 25, 50, 75 and 98; None if there are none."""
    known = values[np.isfinite(values)]
    return [float(edge) for edge in np.percentile(known, (2, 25, 50, 75, 98))] if len(known) else None


def bins(values: NDArray[np.float64]) -> dict[str, Any] | None:
    """Even bins for a histogram of the finite numbers of `values` (N,), with round edges; None if there are none.

    Numbers beyond three interquartile ranges from the quartiles (Tukey's outer fences) are counted in the first and the
    last bin, so that a single impossible volume does not press all others into one bin.

    Returns:
        "start", "step" and "count" of the bins; "below" and "above", whether the first and last hold what lies beyond.
    """
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return None
    low, high = _fences(known)
    wanted = min(max(math.sqrt(len(known)), _FEWEST_BINS), _MOST_BINS)
    step = _nice((high - low) / wanted) if high > low else _nice(abs(high) / _FEWEST_BINS or 1.0)
    first = math.floor(low / step + 1e-9)
    count = max(math.ceil(high / step - 1e-9) - first, 1)
    start = first * step
    below, above = bool(known.min() < start), bool(known.max() > start + count * step)
    return {"start": round(start, 9), "step": step, "count": count, "below": below, "above": above}


def _tile(label: str, value: str, note: str = "", view: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "note": note, "view": view}


def _medians(done: Rows) -> list[dict[str, str]]:
    columns = {column.label: column for column in MEASURES}
    return [tile for label in _MIDDLES if (tile := _median(done, columns[label]))]


def _median(done: Rows, column: Column) -> dict[str, str] | None:
    middle = usual_range(values_of(done, column))
    if middle is None:
        return None
    low, median, high = (column.shown(edge) for edge in middle[1:4])
    return _tile(f"Median {column.label}", f"{median} {column.unit}", f"middle half {low} to {high}")


def _speed(done: Rows) -> list[dict[str, str]]:
    """Images (slices times frames) that one worker segments in a second, reading and writing included."""
    images = seconds = 0.0
    for row in done:
        if row.get("seconds_total"):
            images += (row.get("frames") or 0) * (row.get("slices") or 0)
            seconds += row["seconds_total"]
    return [_tile("Images per second", f"{images / seconds:.3g}", "of one worker")] if seconds else []


def _fences(values: NDArray[np.float64]) -> tuple[float, float]:
    first, third = np.percentile(values, (25, 75))
    reach = 3 * (third - first)
    low, high = float(values.min()), float(values.max())
    return (max(low, first - reach), min(high, third + reach)) if reach else (low, high)


def _nice(step: float) -> float:
    """The next round number above `step`: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return float(f"{next(nice for nice in _NICE if nice * power >= step * (1 - 1e-9)) * power:.6g}")
