"""Images are carried onto the network's grid and maps are carried back without moving."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from LVSegULib.errors import UsageError
from LVSegULib.preparation.grid import Grid, axis_weights, from_grid, resample, to_grid


def test_same_pixels_stay_as_they_are() -> None:
    assert np.array_equal(axis_weights(5, 1.4, 5, 1.4), np.eye(5, dtype=np.float32))


def test_cropping_by_an_even_number_takes_the_middle() -> None:
    values = np.arange(8, dtype=np.float32)
    assert np.array_equal(axis_weights(8, 1.0, 4, 1.0) @ values, [2, 3, 4, 5])


def test_padding_adds_zeros_on_both_sides() -> None:
    assert np.array_equal(axis_weights(2, 1.0, 6, 1.0) @ np.ones(2, np.float32), [0, 0, 1, 1, 0, 0])


def test_the_image_ends_where_its_last_pixel_ends() -> None:
    ones = np.ones(2, np.float32)  # pixels of 1 mm: from -1 to 1 mm
    assert np.allclose(axis_weights(2, 1.0, 5, 0.5) @ ones, [1, 1, 1, 1, 1])  # centres at -1, -0.5, 0, 0.5 and 1 mm
    assert np.allclose(axis_weights(2, 1.0, 5, 0.6) @ ones, [0, 1, 1, 1, 0])  # at -1.2, -0.6, 0, 0.6 and 1.2 mm


def test_half_the_pixel_size_interpolates_linearly() -> None:
    # source pixel centres at -1, 0, 1 mm; target centres at -0.25 and 0.25 mm lie a quarter of the way out
    assert np.allclose(axis_weights(3, 1.0, 2, 0.5) @ np.array([0, 4, 8], np.float32), [3, 5])


def test_coarser_pixels_average_instead_of_sampling() -> None:
    stripes = np.tile(np.array([0, 1], np.float32), 16)
    coarse = axis_weights(32, 1.0, 8, 4.0) @ stripes
    assert np.allclose(coarse[1:-1], 0.5, atol=0.01)
    # of 33 pixels, those on the centres of the coarse ones are all 0; the triangle gives 8 of 16 parts to the others
    coarse = axis_weights(33, 1.0, 9, 4.0) @ np.append(stripes, [0]).astype(np.float32)
    assert np.allclose(coarse[1:-1], 0.5)


def test_a_ramp_stays_a_ramp_in_millimetres() -> None:
    columns_mm = (np.arange(100) - 49.5) * 0.9
    image = np.broadcast_to(columns_mm, (80, 100)).astype(np.float32)
    grid = Grid(1.4, 48, 32)
    expected_mm = (np.arange(32) - 15.5) * 1.4
    # the triangle over 1.4 mm holds three or four pixels of 0.9 mm, so that their mean lies a little off its middle
    assert np.allclose(to_grid(image, (0.9, 0.9), grid), expected_mm[None, :], atol=0.05)


def test_finer_grid_agrees_with_simpleitk_interpolation() -> None:
    random = np.random.default_rng(3)
    image = random.random((40, 50), dtype=np.float32)
    source = sitk.GetImageFromArray(image)
    source.SetSpacing((2.0, 1.5))
    source.SetOrigin((-24.5 * 2.0, -19.5 * 1.5))
    reference = sitk.Image(32, 16, sitk.sitkFloat32)
    reference.SetSpacing((1.25, 1.25))
    reference.SetOrigin((-15.5 * 1.25, -7.5 * 1.25))
    expected = sitk.GetArrayFromImage(sitk.Resample(source, reference, sitk.Transform(), sitk.sitkLinear))
    # 1.5 mm and 2 mm are both coarser than 1.25 mm, so neither axis is averaged
    assert np.allclose(to_grid(image, (1.5, 2.0), Grid(1.25, 16, 32)), expected, atol=1e-5)


def test_there_and_back_keeps_a_disc_in_its_place() -> None:
    rows, columns = np.mgrid[:256, :256]
    disc = ((rows - 100) ** 2 + (columns - 150) ** 2 < 25**2).astype(np.float32)
    grid = Grid(1.4, 192, 192)
    back = from_grid(to_grid(disc, (1.3672, 1.3672), grid), grid, (256, 256), (1.3672, 1.3672)) > 0.5
    overlap = 2 * (back & (disc > 0)).sum() / (back.sum() + disc.sum())
    centre = np.argwhere(back).mean(axis=0)
    assert overlap > 0.98
    assert np.allclose(centre, (100, 150), atol=0.1)


def test_beyond_the_grid_there_is_nothing() -> None:
    full = from_grid(np.ones((16, 16), np.float32), Grid(1.0, 16, 16), (32, 32), (1.0, 1.0))
    assert full.sum() == 16 * 16
    assert full[8:24, 8:24].all()


def test_stacks_are_resampled_slice_by_slice() -> None:
    random = np.random.default_rng(4)
    stack = random.random((3, 2, 20, 24), dtype=np.float32)
    together = resample(stack, (1.0, 2.0), (16, 16), (1.5, 1.5))
    assert together.shape == (3, 2, 16, 16)
    assert np.allclose(together[2, 1], resample(stack[2, 1], (1.0, 2.0), (16, 16), (1.5, 1.5)), atol=1e-6)


@pytest.mark.parametrize("grid", [(0.0, 8, 8), (1.0, 0, 8), (1.0, 8, 0), (float("nan"), 8, 8)])
def test_an_impossible_grid_is_refused(grid: tuple[float, int, int]) -> None:
    with pytest.raises(UsageError, match="not possible"):
        Grid(*grid)


def test_a_grid_of_one_pixel_is_possible() -> None:
    # 1 mm in the middle of pixels of 1 mm at -1, 0 and 1 mm
    assert to_grid(np.array([[1, 2, 3]] * 3, np.float32), (1.0, 1.0), Grid(1.0, 1, 1)).tolist() == [[2]]


@pytest.mark.parametrize(
    ("size", "spacing_mm", "target", "target_mm"),
    [
        ((256, 248), (1.37, 1.37), (128, 128), 1.5),
        ((128, 128), (1.5, 1.5), (256, 200), 0.7),
        ((40, 30), (0.1, 0.2), (16, 24), 1.5),
        ((3, 5), (8.0, 0.3), (12, 7), 1.0),
        ((1, 1), (1.0, 1.0), (4, 4), 0.5),
    ],
)
def test_resampling_is_the_product_with_the_weights(
    size: tuple[int, int], spacing_mm: tuple[float, float], target: tuple[int, int], target_mm: float
) -> None:
    images = np.random.default_rng(3).random((2, *size), dtype=np.float32)
    rows, columns = (axis_weights(size[a], spacing_mm[a], target[a], target_mm) for a in (0, 1))
    expected = np.einsum("ri,kij,cj->krc", rows, images, columns)
    np.testing.assert_allclose(resample(images, spacing_mm, target, (target_mm, target_mm)), expected, atol=1e-6)


def test_a_grid_off_the_centre_looks_there() -> None:
    image = np.zeros((9, 11), np.float32)
    image[6, 3] = 1  # pixels of 1 mm around row 4 and column 5: 2 mm further down and 2 mm to the left
    assert np.array_equal(
        to_grid(image, (1.0, 1.0), Grid(1.0, 3, 3, centre_mm=(2.0, -2.0))), [[0] * 3, [0, 1, 0], [0] * 3]
    )
    half = to_grid(image, (1.0, 1.0), Grid(1.0, 3, 3, centre_mm=(2.5, -2.0)))
    # the grid's rows lie at 1.5, 2.5 and 3.5 mm, the bright pixel at 2 mm between the first two
    assert np.array_equal(half, [[0, 0.5, 0], [0, 0.5, 0], [0, 0, 0]])
    aside = to_grid(image, (1.0, 1.0), Grid(1.0, 3, 3, centre_mm=(2.0, -1.25)))
    # its columns lie at -2.25, -1.25 and -0.25 mm, the bright pixel at -2 mm, a quarter of the way from the first
    assert np.array_equal(aside, [[0, 0, 0], [0.75, 0.25, 0], [0, 0, 0]])


def test_the_shift_is_in_millimetres_whatever_the_pixels() -> None:
    image = np.zeros((9, 11), np.float32)
    image[6, 3] = 1  # of 2 x 3 mm: 4 mm down, 6 mm to the left
    seen = to_grid(image, (2.0, 3.0), Grid(1.0, 5, 5, centre_mm=(4.0, -6.0)))
    assert seen[2, 2] == 1
    assert seen[2].tolist() == pytest.approx([1 / 3, 2 / 3, 1, 2 / 3, 1 / 3])
    assert seen[:, 2].tolist() == pytest.approx([0, 1 / 2, 1, 1 / 2, 0])


@pytest.mark.parametrize("centre_mm", [(30.0, -42.0), (-31.7, 25.3), (0.0, 40.0)])
@pytest.mark.parametrize("grid_mm", [1.5, 1.4, 0.8])
def test_a_label_comes_back_to_its_pixels_from_a_grid_off_the_centre(
    centre_mm: tuple[float, float], grid_mm: float
) -> None:
    rows, columns = np.mgrid[:160, :200]
    row_mm, column_mm = (rows - 79.5) * 1.5, (columns - 99.5) * 1.5
    label = np.hypot(row_mm - centre_mm[0] - 4, column_mm - centre_mm[1] + 3) < 24
    grid = Grid(grid_mm, 64 if grid_mm > 1 else 96, 96, centre_mm=centre_mm)
    back = from_grid(to_grid(label.astype(np.float32), (1.5, 1.5), grid), grid, (160, 200), (1.5, 1.5)) > 0.5
    if grid_mm == 1.5 and centre_mm[0] == 30.0:  # whole pixels
        assert np.array_equal(back, label)
    overlap = 2 * (back & label).sum() / (back.sum() + label.sum())
    assert overlap > 0.98
    assert np.allclose(np.argwhere(back).mean(axis=0), np.argwhere(label).mean(axis=0), atol=0.1)


def test_beyond_the_image_a_shifted_grid_sees_nothing() -> None:
    seen = to_grid(np.ones((10, 10), np.float32), (1.0, 1.0), Grid(1.0, 4, 4, centre_mm=(5.0, 0.0)))
    assert np.array_equal(seen, [[1] * 4, [1] * 4, [0] * 4, [0] * 4])
    far = to_grid(np.ones((10, 10), np.float32), (1.0, 1.0), Grid(1.0, 4, 4, centre_mm=(500.0, 0.0)))
    assert not far.any()


def test_a_shift_is_the_same_for_weights_and_resampling() -> None:
    images = np.random.default_rng(3).random((2, 30, 40), dtype=np.float32)
    rows, columns = axis_weights(30, 1.3, 16, 1.5, 4.2), axis_weights(40, 1.1, 20, 1.5, -3.1)
    expected = np.einsum("ri,kij,cj->krc", rows, images, columns)
    found = resample(images, (1.3, 1.1), (16, 20), (1.5, 1.5), (4.2, -3.1))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_grid_with_an_unknown_scaling_is_refused() -> None:
    with pytest.raises(UsageError, match='no intensity scaling "magic"'):
        Grid(1.0, 8, 8, "magic")
