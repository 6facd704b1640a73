"""Figures of people and of mice."""

from __future__ import annotations

import math

import pytest

from LVSegULib.measures.digits import digits, short_digits


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


@pytest.mark.parametrize(
    ("value", "text"),
    [(156.5001, "157"), (20.4, "20"), (19.96, "20.0"), (4.26, "4.3"), (0.06132, "0.0613"), (-21.2, "-21")],
)
def test_where_there_is_little_room_large_figures_are_whole(value: float, text: str) -> None:
    assert short_digits(value) == text
