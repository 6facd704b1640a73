from __future__ import annotations

from typing import Any

import pytest

from LVSegULib.cohort.overview_columns import QUALITY
from LVSegULib.cohort.overview_failures import kinds_of
from LVSegULib.cohort.overview_rows import display_order, packed_numbers, packed_texts
from Testing.cohort.table_rows import a_done_row, a_failed_row


def in_order(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in display_order(rows, kinds_of(rows))]


def test_what_needs_a_look_comes_first_then_failures_by_kind() -> None:
    rows = [
        a_done_row("usual", outlier=0.4, quality=0.9),
        a_failed_row("empty", "is empty"),
        a_failed_row("cut", "is cut short"),
        a_done_row("far", outlier=3.5),
        a_failed_row("cut too", "is cut short"),
        a_done_row("farther", outlier=9.0),
        a_done_row("almost", outlier=3.4),
    ]
    assert in_order(rows) == ["farther", "far", "cut", "cut too", "empty", "almost", "usual"]


def test_few_cases_come_by_their_quality() -> None:
    rows = [a_done_row("b", outlier=None), a_done_row("a", outlier=None), a_done_row("c", outlier=None, quality=0.3)]
    assert in_order(rows) == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("values", "packed"),
    [
        ((0.123456, 0.5, None), {"values": [0.1235, 0.5, None]}),
        ((1.0, 1.0, 1.0), {"all": 1}),
        ((0.5, 0.5, 0.25, 0.5), {"distinct": [0.5, 0.25], "which": [0, 0, 1, 0]}),
        ((float("nan"), float("inf")), {"all": None}),
        ((), {"distinct": [], "which": []}),
    ],
)
def test_numbers_are_packed(values: tuple[float | None, ...], packed: dict[str, Any]) -> None:
    assert packed_numbers([a_done_row("a", quality=value) for value in values], QUALITY) == packed


def test_what_texts_begin_with_is_held_once() -> None:
    rows = [{"source": "/data/x/1.nii"}, {"source": "/data/y/1.nii"}, {"source": "/data/"}]
    assert packed_texts(rows, "source") == {"prefix": "/data/", "values": ["x/1.nii", "y/1.nii", ""]}
    assert packed_texts(rows[:1], "source") == {"prefix": "", "all": "/data/x/1.nii"}
    assert packed_texts([*rows, {}], "source")["prefix"] == ""


def test_bytes_that_are_no_text_are_written_out() -> None:
    assert packed_texts([{"source": "/data/\udcff"}], "source")["all"] == r"/data/\udcff"
