"""One body of the left ventricle: what lies beside it goes, and what a shifted breath-hold moved stays."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.segmentation.left_ventricle import keep_left_ventricle

LEFT, RIGHT = (20, 30), (20, 12)
"""Centres of the ventricles, as row and column."""


def a_heart(slices: int = 6, shift: int = 0, shifted_from: int = 99) -> NDArray[np.uint8]:
    """A stack (1, K, 40, 60): a cavity of radius 4 in a wall of 3, a right ventricle beside it; some slices shifted."""
    labels = np.zeros((1, slices, 40, 60), np.uint8)
    for k in range(slices):
        moved = shift if k >= shifted_from else 0
        draw(labels[0, k], (RIGHT[0], RIGHT[1] + moved), 5, 3)
        draw(labels[0, k], (LEFT[0], LEFT[1] + moved), 7, 2)
        draw(labels[0, k], (LEFT[0], LEFT[1] + moved), 4, 1)
    return labels


def draw(image: NDArray[np.uint8], centre: tuple[int, int], radius: int, value: int) -> None:
    row, column = np.mgrid[: image.shape[0], : image.shape[1]]
    image[(row - centre[0]) ** 2 + (column - centre[1]) ** 2 <= radius**2] = value


def test_a_heart_stays_as_it_is() -> None:
    labels = a_heart()
    before = labels.copy()
    np.testing.assert_array_equal(keep_left_ventricle(labels), before)
    np.testing.assert_array_equal(labels, before)


@pytest.mark.parametrize("taken_at", [(5,), (4, 5), (0, 1)])
def test_a_right_ventricle_that_was_taken_for_the_left_one_goes(taken_at: tuple[int, ...]) -> None:
    labels = a_heart()
    for k in taken_at:
        labels[0, k] = 0
        draw(labels[0, k], (RIGHT[0], RIGHT[1] + 4), 7, 2)  # touches the left ventricle of the next slice
        draw(labels[0, k], (RIGHT[0], RIGHT[1] + 4), 4, 1)
    found = keep_left_ventricle(labels)
    expected = a_heart()
    expected[0, list(taken_at)] = 0
    np.testing.assert_array_equal(found, expected)


def test_a_vanishing_cavity_is_held_by_its_wall() -> None:
    labels = a_heart()
    labels[0, 4:][labels[0, 4:] == 1] = 2
    labels[0, 4, LEFT[0] + 5, LEFT[1]] = 1
    labels[0, 5, LEFT[0] - 5, LEFT[1]] = 1
    np.testing.assert_array_equal(keep_left_ventricle(labels), labels)


def test_slices_of_another_breath_hold_stay() -> None:
    labels = a_heart(8, shift=18, shifted_from=5)
    np.testing.assert_array_equal(keep_left_ventricle(labels), labels)


def test_a_missed_slice_does_not_cut_off_those_beyond_it() -> None:
    labels = a_heart()
    labels[0, 4] = 0
    np.testing.assert_array_equal(keep_left_ventricle(labels), labels)


def test_both_halves_of_a_split_ventricle_stay() -> None:
    labels = a_heart()
    labels[0, 3, 15:25, 29:32] = 0
    np.testing.assert_array_equal(keep_left_ventricle(labels), labels)


def test_a_stray_piece_in_a_slice_goes() -> None:
    labels = a_heart()
    draw(labels[0, 2], (34, 50), 3, 1)
    np.testing.assert_array_equal(keep_left_ventricle(labels), a_heart())


def test_every_frame_is_looked_at_by_itself() -> None:
    labels = np.concatenate([a_heart(), a_heart()])
    draw(labels[1, 2], (34, 50), 3, 2)
    shares: list[float] = []
    np.testing.assert_array_equal(keep_left_ventricle(labels, shares.append), np.concatenate([a_heart(), a_heart()]))
    assert shares == [0.5, 1.0]


@pytest.mark.parametrize("shape", [(1, 1, 8, 8), (2, 3, 8, 8)])
def test_nothing_stays_nothing(shape: tuple[int, ...]) -> None:
    assert not keep_left_ventricle(np.zeros(shape, np.uint8)).any()


def test_one_slice_keeps_its_largest_piece() -> None:
    labels = a_heart(1)
    draw(labels[0, 0], (34, 50), 2, 2)
    np.testing.assert_array_equal(keep_left_ventricle(labels), a_heart(1))


def test_the_right_ventricle_is_left_alone() -> None:
    labels = a_heart()
    draw(labels[0, 0], (34, 50), 3, 3)
    np.testing.assert_array_equal(keep_left_ventricle(labels), labels)


def squares(slices: int, *at: tuple[range, int, int, int]) -> NDArray[np.uint8]:
    """A stack (1, K, 40, 60) with cavities: in which slices, first row and first column, and side, each a square."""
    labels = np.zeros((1, slices, 40, 60), np.uint8)
    for where, row, column, side in at:
        labels[0, list(where), row : row + side, column : column + side] = 1
    return labels


HEART = (range(5), 4, 4, 10)


def test_the_largest_body_is_that_of_most_voxels() -> None:
    labels = squares(8, HEART, (range(8), 30, 30, 2))
    np.testing.assert_array_equal(keep_left_ventricle(labels), squares(8, HEART))


def test_a_body_of_two_slices_beyond_the_largest_goes_and_one_of_three_stays() -> None:
    labels = squares(8, HEART, (range(1, 3), 20, 4, 2), (range(6, 8), 20, 30, 8))
    np.testing.assert_array_equal(keep_left_ventricle(labels), squares(8, HEART))
    labels = squares(8, HEART, (range(1, 3), 20, 4, 2), (range(5, 8), 20, 30, 8))
    np.testing.assert_array_equal(keep_left_ventricle(labels), squares(8, HEART, (range(5, 8), 20, 30, 8)))


def test_a_body_that_begins_beside_the_largest_goes() -> None:
    labels = squares(8, HEART, (range(4, 8), 20, 30, 8))
    np.testing.assert_array_equal(keep_left_ventricle(labels), squares(8, HEART))
    from_the_other_end = keep_left_ventricle(labels[:, ::-1])
    np.testing.assert_array_equal(from_the_other_end, squares(8, HEART)[:, ::-1])


def test_a_stray_piece_goes_on_whichever_side_of_the_heart_it_lies() -> None:
    labels = a_heart()
    draw(labels[0, 2], (20, 56), 2, 1)  # in rows of the heart, beyond its columns
    np.testing.assert_array_equal(keep_left_ventricle(labels), a_heart())
    turned = np.ascontiguousarray(labels.swapaxes(2, 3))  # in its columns, beyond its rows
    np.testing.assert_array_equal(keep_left_ventricle(turned), a_heart().swapaxes(2, 3))


@pytest.mark.parametrize(("column", "stays"), [(10, True), (13, True), (14, False)])
def test_a_small_apex_is_joined_by_a_quarter_of_itself(column: int, stays: bool) -> None:
    apex = (range(5, 6), 6, column, 4)  # 16 pixels, of which 16, 4 or none lie on the 10 x 10 of the slice before
    labels = squares(6, HEART, apex)
    np.testing.assert_array_equal(keep_left_ventricle(labels), labels if stays else squares(6, HEART))


def test_three_pixels_of_sixteen_do_not_join_an_apex() -> None:
    labels = squares(6, HEART)
    labels[0, 5, 11:15, 13:17] = 1  # three pixels of column 13 lie in the rows 4 to 13
    np.testing.assert_array_equal(keep_left_ventricle(labels), squares(6, HEART))


def test_a_corner_joins_pixels_of_a_slice() -> None:
    labels = squares(5, HEART)
    labels[0, 2, 14, 14] = 1
    np.testing.assert_array_equal(keep_left_ventricle(labels), labels)
