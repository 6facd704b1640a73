from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.cohort.overview_columns import MEASURES, QUALITY, columns_of, values_of
from Testing.cohort.table_rows import a_done_row, a_failed_row


@pytest.mark.parametrize(("value", "text"), [(0.0426, "0.0426"), (4.26, "4.3"), (20.4, "20"), (156.5001, "157")])
def test_small_hearts_have_their_digits(value: float, text: str) -> None:
    assert MEASURES[0].shown(value) == text


def test_columns_are_those_that_a_case_has() -> None:
    rows = [
        a_done_row("a", LVEDV_ml=None, quality=0.9, seconds_network=0.5, seconds_total=1.0),
        a_done_row("b", LVEF_percent=50.0, RVEF_percent=40.0),
        a_done_row("single", LV_cavity_ml=90.0),
        a_failed_row("c", "is empty"),
    ]
    columns = {column.key: column.label for column in columns_of(rows)}
    assert columns == {
        "LVEF_percent": "LVEF",
        "RVEF_percent": "RVEF",
        "LV_cavity_ml": "LV blood pool",
        "quality": "Quality",
        "frames": "Frames",
        "slices": "Slices",
        "seconds_total": "Time",
        "seconds_network": "Network",
        "attempts": "Attempts",
    }


def test_what_is_not_known_is_no_number() -> None:
    rows = [a_done_row("a", quality=0.5), a_done_row("b", quality=None), a_done_row("c")]
    np.testing.assert_array_equal(values_of(rows, QUALITY), [0.5, np.nan, np.nan])
