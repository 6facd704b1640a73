from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.cohort.overview_figures import bins, headline, usual_range
from Testing.cohort.table_rows import a_done_row, a_failed_row


def test_headline() -> None:
    """Of 10 images in 2 s and 10 in 3 s, each worker does 4 a second."""
    rows = [
        a_done_row("a", LVEF_percent=40.0, flagged_slices=2, outlier=3.5, seconds_total=2.0),
        a_done_row("b", LVEF_percent=60.0, flagged_slices=0, outlier=3.4, seconds_total=3.0),
        a_failed_row("c", "is empty"),
    ]
    assert [(tile["label"], tile["value"], tile["note"], tile["view"]) for tile in headline(rows)] == [
        ("Cases", "3", "", ""),
        ("Done", "2", "", "done"),
        ("Failed", "1", "", "failed"),
        ("Outliers", "1", "", "outliers"),
        ("With flagged slices", "1", "", "flagged"),
        ("Median LVEF", "50 %", "middle half 45 to 55", ""),
        ("Images per second", "4", "of one worker", ""),
    ]


def test_headline_of_nothing() -> None:
    assert [tile["value"] for tile in headline([])] == ["0"] * 5


def test_the_usual_range() -> None:
    assert usual_range(np.arange(101.0)) == [2, 25, 50, 75, 98]
    assert usual_range(np.array([np.nan])) is None


def test_bins_have_round_edges_and_hold_all() -> None:
    values = np.linspace(11, 79, 200)
    assert bins(values) == {"start": 10, "step": 5, "count": 14, "below": False, "above": False}


def test_a_value_on_an_edge_does_not_open_another_bin() -> None:
    found = bins(np.linspace(0.7, 1.0, 200))
    assert found is not None
    assert found["start"] + found["step"] * found["count"] == pytest.approx(1.0)
    assert not found["above"]


def test_one_impossible_volume_does_not_press_the_others_into_one_bin() -> None:
    """Quartiles 124.5 and 175.5: the upper fence is 175.5 + 3 x 51 = 328.5, and 14 bins from 1 on are 25 wide."""
    found = bins(np.array([*np.linspace(100, 200, 101), 1e5, 1.0]))
    assert found == {"start": 0, "step": 25, "count": 14, "below": False, "above": True}


@pytest.mark.parametrize("value", [0.0, 60.0, -2.0])
def test_equal_values_are_one_bin(value: float) -> None:
    found = bins(np.full(5, value))
    assert found is not None
    assert found["count"] == 1
    assert found["start"] <= value <= found["start"] + found["step"]


def test_without_values_there_are_no_bins() -> None:
    assert bins(np.array([np.nan, np.nan])) is None
