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


def test_the_largest_slice_is_sought_in_each_frame() -> None:
    cavity = np.concatenate([squares((5, 10), (5, 5), (5, 8)), squares((5, 4), (5, 8), (5, 2))])
    found = taper(a_view(cavity))
    expected = [[0, math.log(4), math.log(100 / 64)], [math.log(4), 0, math.log(16)]]
    assert found.tolist() == [pytest.approx(frame) for frame in expected]


def test_a_neighbour_of_one_pixel_is_one() -> None:
    """Dice of 1 and 9 pixels, one of them in both, is 2 / 10; 9 are ln 9 more than the mean of 1 and 1."""
    view = a_view(squares((5, 1), (5, 3), (5, 1)))
    assert misfit(view)[0].tolist() == pytest.approx([0.8, 0.8, 0.8])
    assert leap(view)[0, 1] == pytest.approx(math.log(9))
