"""Figures of people and of mice."""

from __future__ import annotations

import math

import pytest

from LVSegULib.measures.digits import digits


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (201.14, "201.1"),
        (1.0, "1.0"),
        (0.99949, "0.999"),
        (0.99951, "1.0"),
        (0.06132, "0.0613"),
        (-0.0213, "-0.0213"),
        (0.0, "0.0"),
        (math.nan, "nan"),
    ],
)
def test_a_mouse_has_as_many_digits_as_a_person(value: float, text: str) -> None:
    assert digits(value) == text
