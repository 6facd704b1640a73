"""Small steps over slices, on a few pixels."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.quality.pixels import beside, counts, grown, sums, where


@pytest.mark.parametrize("row", [0, 1, 2, 3])
@pytest.mark.parametrize("column", [0, 2, 4])
def test_a_pixel_grows_to_the_four_beside_it_as_far_as_the_image_goes(row: int, column: int) -> None:
    mask = np.zeros((2, 2, 4, 5), bool)
    mask[1, 0, row, column] = True
    j, i = np.mgrid[:4, :5]
    expected = np.zeros_like(mask)
    expected[1, 0] = np.abs(j - row) + np.abs(i - column) <= 1
    np.testing.assert_array_equal(grown(mask), expected)
    assert mask.sum() == 1, "what is given stays as it is"


def test_pixels_and_their_values_are_added_up_slice_by_slice() -> None:
    mask = np.zeros((1, 2, 2, 3), bool)
    mask[0, 0, 0], mask[0, 1, :, 2] = True, True
    values = np.arange(12, dtype=np.float32).reshape(mask.shape)
    assert counts(mask).tolist() == [[3, 2]]
    assert sums(values, mask).tolist() == [[0 + 1 + 2, 8 + 11]]


def test_a_step_goes_to_the_next_or_the_last_slice() -> None:
    values = np.array([[1, 2, 3], [4, 5, 6]])
    assert beside(values, 1, 9).tolist() == [[2, 3, 9], [5, 6, 9]]
    assert beside(values, -1, 9).tolist() == [[9, 1, 2], [9, 4, 5]]


def test_values_that_cannot_be_told_are_no_numbers() -> None:
    np.testing.assert_array_equal(where(np.array([[True, False]]), np.array([[2.0, 3.0]])), [[2.0, np.nan]])
