"""Frame times of Slicer's sequence files."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.reading.sequence_times import sequence_times_ms

VALUES = "axis 0 index values"


@pytest.mark.parametrize(("unit", "per_unit"), [("s", 1000.0), ("ms", 1.0), ("us", 0.001)])
def test_times_are_given_in_ms(unit: str, per_unit: float) -> None:
    times_ms = sequence_times_ms({VALUES: "0 37.5 75"}, (unit, "", "", ""))
    np.testing.assert_allclose(times_ms, np.array([0, 37.5, 75]) * per_unit)


@pytest.mark.parametrize(
    ("keys", "unit"),
    [
        ({}, "ms"),
        ({VALUES: "0 1 2"}, ""),
        ({VALUES: "ED ES"}, "ms"),
        ({VALUES: ""}, "ms"),
        ({VALUES: "0 1 2"}, "mm"),
        ({VALUES: "0 nan 2"}, "ms"),
        ({VALUES: "0 1e999 2"}, "ms"),
        ({"axes of index values": "0 1 2"}, "ms"),
    ],
    ids=["nothing", "no unit", "names", "no values", "not a time", "not a number", "infinite", "another key"],
)
def test_without_times_there_are_none(keys: dict[str, str], unit: str) -> None:
    assert sequence_times_ms(keys, (unit, "", "", "")) is None
