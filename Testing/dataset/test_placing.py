from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.dataset.placing import is_same_grid, placed, share_inside
from Testing.dataset.drawings import SHAPE, a_cavity, ijk_to_ras


def begun_at(i: float, j: float, k: float) -> NDArray[np.float64]:
    """The grid of the images, begun at another voxel."""
    matrix = ijk_to_ras()
    matrix[:3, 3] = (matrix @ [i, j, k, 1])[:3]
    return matrix


def in_voxels(i_mm: float, j_mm: float, k_mm: float) -> NDArray[np.float64]:
    """A grid of other voxels whose axes are those of the images; the outer faces of the first voxels agree."""
    ratio = np.array([i_mm, j_mm, k_mm]) / [1.5, 1.25, 8.0]
    matrix = begun_at(*(ratio / 2 - 0.5))
    matrix[:3, :3] *= ratio
    return matrix


def test_a_cropped_mask_is_moved_by_whole_voxels() -> None:
    mask, matrix = a_cavity()[1:5, 6:14, 8:16], begun_at(8, 6, 1)
    assert is_same_grid(matrix, SHAPE, ijk_to_ras())
    np.testing.assert_array_equal(placed(mask, matrix, SHAPE, ijk_to_ras()), a_cavity())
    assert share_inside(mask, matrix, SHAPE, ijk_to_ras()) == 1


def test_rounding_in_a_header_changes_nothing() -> None:
    matrix = np.round(ijk_to_ras(), 4)
    assert is_same_grid(matrix, SHAPE, ijk_to_ras())
    np.testing.assert_array_equal(placed(a_cavity(), matrix, SHAPE, ijk_to_ras()), a_cavity())


def test_a_mask_may_hang_over_the_image() -> None:
    matrix = begun_at(0, 0, -3)  # its slices 0 to 2 lie outside, and of its cavity in slices 1 to 4 a half is lost
    found = placed(a_cavity(), matrix, SHAPE, ijk_to_ras())
    np.testing.assert_array_equal(found[:3], a_cavity()[3:])
    assert not found[3:].any()
    assert share_inside(a_cavity(), matrix, SHAPE, ijk_to_ras()) == 0.5


def test_another_grid_gives_the_nearest_voxel() -> None:
    fine = np.repeat(np.repeat(np.repeat(a_cavity(), 4, axis=0), 3, axis=1), 3, axis=2)
    matrix = in_voxels(0.5, 1.25 / 3, 2.0)
    assert not is_same_grid(matrix, SHAPE, ijk_to_ras())
    np.testing.assert_array_equal(placed(fine, matrix, SHAPE, ijk_to_ras()), a_cavity())
    assert share_inside(fine, matrix, SHAPE, ijk_to_ras()) == 1


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_mirrored_axis_is_another_grid_with_the_same_voxels(axis: int) -> None:
    matrix = begun_at(*np.where(np.arange(3) == axis, np.array(SHAPE[::-1]) - 1, 0))
    matrix[:3, axis] *= -1
    mask = np.flip(a_cavity(), 2 - axis)
    assert not is_same_grid(matrix, SHAPE, ijk_to_ras())
    np.testing.assert_array_equal(placed(mask, matrix, SHAPE, ijk_to_ras()), a_cavity())


def test_permuted_axes_too() -> None:
    matrix = ijk_to_ras()[:, [2, 0, 1, 3]]
    np.testing.assert_array_equal(placed(a_cavity().transpose(1, 2, 0), matrix, SHAPE, ijk_to_ras()), a_cavity())


def test_half_a_voxel_beside_leaves_no_hole() -> None:
    mask = np.ones((1, 1, 8), bool)
    matrix = np.eye(4)
    matrix[0, 3] = -0.5
    assert placed(mask, matrix, (1, 1, 7), np.eye(4)).all()


def test_elsewhere_nothing_is_found() -> None:
    matrix = begun_at(500, 0, 0)
    assert not placed(a_cavity(), matrix, SHAPE, ijk_to_ras()).any()
    assert share_inside(a_cavity(), matrix, SHAPE, ijk_to_ras()) == 0
