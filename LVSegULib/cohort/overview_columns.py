"""The figures of a case as people read them: what each is called, its unit, and how many digits are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cohort.table import VOLUMES, Rows
from LVSegULib.measures import catalogue
from LVSegULib.measures.digits import short_digits


@dataclass(frozen=True)
class Column:
    """A figure of a case.

    Attributes:
        key: its column in the table.
        label: its name for people.
        unit: what follows the number, or "".
        group: the heading it stands under with others.
        digits: decimals; None shows as many as `short_digits`, for hearts of all sizes.
    """

    key: str
    label: str
    unit: str = ""
    group: str = "Images"
    digits: int | None = 0

    def shown(self, value: float) -> str:
        """The number without its unit."""
        return short_digits(value) if self.digits is None else f"{value:.{self.digits}f}"


MEASURES = (
    *(Column(one.key, one.short, one.unit, "Measures", None) for one in catalogue.MEASURES),
    *(Column(key, label.name, "mL", "Measures", None) for key, label in VOLUMES.items()),
)
QUALITY = Column("quality", "Quality", "", "Quality", 2)
SECONDS = Column("seconds_total", "Time", "s", "Work", 2)

_OTHERS = (
    QUALITY,
    Column("flagged_slices", "Flagged slices", "", "Quality"),
    Column("outlier", "Distance from the cohort", "", "Quality", 1),
    Column("frames", "Frames"),
    Column("slices", "Slices"),
    Column("rows", "Rows"),
    Column("columns", "Columns"),
    Column("spacing_k_mm", "Slice distance", "mm", digits=2),
    Column("spacing_j_mm", "Row spacing", "mm", digits=2),
    Column("spacing_i_mm", "Column spacing", "mm", digits=2),
    Column("ed_frame", "ED frame, from 0"),
    Column("es_frame", "ES frame, from 0"),
    SECONDS,
)
_LAST = (Column("memory_mb", "Memory", "MB", "Work"), Column("attempts", "Attempts", "", "Work"))


def columns_of(rows: Rows) -> list[Column]:
    """The figures that at least one of `rows` has, in the order they are shown."""
    there = dict.fromkeys(name for row in rows for name, value in row.items() if value is not None)
    steps = [
        Column(name, f"{name.removeprefix('seconds_').capitalize()}", "s", "Work", 2)
        for name in there
        if name.startswith("seconds_") and name != SECONDS.key
    ]
    return [column for column in (*MEASURES, *_OTHERS, *steps, *_LAST) if column.key in there]


def values_of(rows: Rows, column: Column) -> NDArray[np.float64]:
    """The figure of every row (N,); NaN where it is not known."""
    return np.array([_number(row.get(column.key)) for row in rows], dtype=np.float64)


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
