"""The rows of a cohort's table as its page holds them: in the order to look at them, packed by columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from LVSegULib.cohort.outliers import is_outlier
from LVSegULib.cohort.overview_columns import Column
from LVSegULib.cohort.overview_failures import Kind
from LVSegULib.cohort.table import Rows, rows_done

_DIGITS = 4
"""Significant digits of numbers; the table has all."""


def display_order(rows: Rows, kinds: Sequence[Kind]) -> list[Mapping[str, Any]]:
    """`rows` in the order to look at them: outliers, the farthest first; failures by kind; then all others.

    The others come by their distance from the cohort too, or where that is not known by quality, the lowest first.
    """
    done = rows_done(rows)
    done.sort(key=lambda row: (-(row.get("outlier") or 0.0), _known(row.get("quality")), str(row["name"])))
    outliers = sum(map(is_outlier, done))
    return [*done[:outliers], *(row for kind in kinds for row in kind.rows), *done[outliers:]]


def packed_numbers(rows: Rows, column: Column) -> dict[str, Any]:
    """A figure of all rows; null where it is not known."""
    return _packed([_rounded(row.get(column.key)) for row in rows])


def packed_texts(rows: Rows, key: str) -> dict[str, Any]:
    """A text of all rows; what they all begin with is held once."""
    texts = [plain(row.get(key)) for row in rows]
    prefix = _beginning(texts)
    return {"prefix": prefix, **_packed([text[len(prefix) :] for text in texts])}


def _beginning(texts: Sequence[str]) -> str:
    """What all `texts` begin with; of one alone, nothing."""
    if len(texts) < 2:
        return ""
    first, last = min(texts), max(texts)  # all others lie between them
    return first[: next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]


def plain(value: Any) -> str:
    r"""`value` as a text that every program can write; bytes of file names that are no text as "\udcff"."""
    return str(value or "").encode("utf-8", "backslashreplace").decode()


def _packed(values: Sequence[Any]) -> dict[str, Any]:
    """Values as they are; or those that occur, and of each case which one it has; or the one that all have."""
    distinct = list(dict.fromkeys(values))
    if len(distinct) == 1:
        return {"all": distinct[0]}
    if len(distinct) > len(values) / 2:
        return {"values": list(values)}
    place = {value: number for number, value in enumerate(distinct)}
    return {"distinct": distinct, "which": [place[value] for value in values]}


def _rounded(value: Any) -> float | int | None:
    if value is None or not math.isfinite(value):
        return None
    number = float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
    return int(number) if number == int(number) else number


def _known(value: float | None) -> float:
    return math.inf if value is None else value
