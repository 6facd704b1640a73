"""How slices go with each other, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from LVSegULib.quality.neighbours import end, leap, misfit, taper
from Testing.quality.discs import a_view


def squares(*corners_and_sides: tuple[int, int]) -> np.ndarray:
    """A square for each slice of one frame, by the column of its corner and its side."""
    cavity = np.zeros((1, len(corners_and_sides), 40, 40), bool)
    for k, (column, side) in enumerate(corners_and_sides):
        cavity[0, k, 5 : 5 + side, column : column + side] = True
    return cavity


def test_a_square_that_is_shifted_by_half_fits_by_half() -> None:
    found = misfit(a_view(squares((5, 10), (10, 10), (10, 10))))
    assert found.tolist() == [[0.5, 0.5, 0.0]]
    assert misfit(a_view(squares((10, 10), (10, 10), (5, 10)))).tolist() == [[0.0, 0.5, 0.5]]


def test_of_two_neighbours_the_one_that_fits_less_counts() -> None:
    """Sides 10, 10, 4: 2 x 16 over 116 with the small one."""
    assert misfit(a_view(squares((5, 10), (5, 10), (5, 4))))[0, 1] == pytest.approx(1 - 32 / 116)


def test_an_empty_neighbour_does_not_count() -> None:
    found = misfit(a_view(squares((5, 0), (5, 10), (5, 10), (5, 0), (5, 10))))
    np.testing.assert_array_equal(found, [[np.nan, 0.0, 0.0, np.nan, np.nan]])


def test_the_first_and_the_last_slice_with_a_cavity_are_the_ends() -> None:
    found = end(a_view(squares((5, 0), (5, 10), (5, 10), (5, 10), (5, 0))))
    np.testing.assert_array_equal(found, [[np.nan, 1, 0, 1, np.nan]])
    assert end(a_view(squares((5, 10), (5, 10), (5, 10)))).tolist() == [[1, 0, 1]]


def test_an_area_leaps_away_from_the_mean_of_its_neighbours() -> None:
    """Areas 100, 25, 64: the geometric mean of 100 and 64 is 80."""
    found = leap(a_view(squares((5, 10), (5, 5), (5, 8))))
    assert found[0, 1] == pytest.approx(math.log(80 / 25))
    assert np.isnan(found[0, [0, 2]]).all()


def test_a_slice_is_compared_with_the_largest_of_its_frame() -> None:
    assert taper(a_view(squares((5, 10), (5, 5))))[0].tolist() == pytest.approx([0, math.log(4)])
