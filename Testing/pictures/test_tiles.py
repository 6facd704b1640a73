from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.pictures.tiles import crop_around, draw_slice, grey_range

RED = np.round(255 * np.array(CAVITY.colour))


def a_disc(centre: tuple[float, float], radius: float, shape: tuple[int, int] = (64, 64)) -> np.ndarray:
    j, i = np.mgrid[: shape[0], : shape[1]]
    return (j - centre[0]) ** 2 + (i - centre[1]) ** 2 <= radius**2


def test_the_crop_is_a_square_of_the_patient_around_the_heart() -> None:
    mask = np.zeros((2, 100, 200), bool)
    mask[:, 40:60, 90:130] = True  # 20 rows of 2 mm and 40 columns of 1 mm: 40 x 40 mm, centred at (100 mm, 110 mm)
    crop = crop_around(mask, (2.0, 1.0))
    assert crop.right - crop.left == pytest.approx(70.0)  # 1.75 x 40 mm, in columns of 1 mm
    assert crop.bottom - crop.top == pytest.approx(35.0)  # the same in rows of 2 mm
    assert (crop.left + crop.right) / 2 == pytest.approx(110.0)
    assert (crop.top + crop.bottom) / 2 == pytest.approx(50.0)


def test_the_crop_stays_inside_the_image() -> None:
    mask = np.zeros((1, 64, 64), bool)
    mask[:, :8, 56:] = True
    crop = crop_around(mask, (2.0, 2.0))
    assert crop.top == 0 and crop.right == pytest.approx(64)
    assert crop.right - crop.left == pytest.approx(35.0)  # the smallest side, 70 mm


def test_without_a_heart_the_crop_is_the_middle() -> None:
    crop = crop_around(np.zeros((3, 50, 50), bool), (2.0, 2.0))
    assert crop.box == pytest.approx((7.5, 7.5, 42.5, 42.5))  # 70 % of 50 pixels


def test_black_and_white_of_a_constant_image_differ() -> None:
    low, high = grey_range(np.full((2, 5, 5), 7.0, np.float32))
    assert high > low


def test_the_contour_runs_where_the_mask_ends() -> None:
    labels = a_disc((32, 32), 12).astype(np.uint8)
    size = 512
    crop = crop_around(labels[None] > 0, (2.0, 2.0))
    tile = draw_slice(np.zeros((64, 64), np.float32), labels, [CAVITY], crop, (0.0, 1.0), size)
    rows, columns = np.nonzero(np.abs(tile - RED).max(axis=-1) < 8)
    scale = (crop.right - crop.left) / size
    j, i = crop.top + (rows + 0.5) * scale - 0.5, crop.left + (columns + 0.5) * scale - 0.5
    radii = np.hypot(j - 32, i - 32)
    assert len(radii) > 500
    assert radii.min() > 11.0 and radii.max() < 13.2  # the edge of a disc of pixels up to 12 from its centre


def test_the_contour_is_smooth() -> None:
    labels = a_disc((32, 32), 12).astype(np.uint8)
    crop = crop_around(labels[None] > 0, (2.0, 2.0))
    tile = draw_slice(np.zeros((64, 64), np.float32), labels, [CAVITY], crop, (0.0, 1.0), 200)
    shades = np.unique(tile[..., 0])
    assert len(shades) > 20  # a line without anti-aliasing has two


def test_a_single_pixel_has_a_contour() -> None:
    labels = np.zeros((64, 64), np.uint8)
    labels[30, 30] = 1
    tile = draw_slice(
        np.zeros((64, 64), np.float32), labels, [CAVITY], crop_around(labels > 0, (2, 2)), (0.0, 1.0), 200
    )
    assert (np.abs(tile - RED).max(axis=-1) < 8).any()


def test_the_myocardium_is_drawn_as_its_outer_border_only() -> None:
    labels = np.where(a_disc((32, 32), 6), 1, np.where(a_disc((32, 32), 10), 2, 0)).astype(np.uint8)
    crop = crop_around(labels > 0, (2.0, 2.0))
    tile = draw_slice(np.zeros((64, 64), np.float32), labels, [MYOCARDIUM], crop, (0.0, 1.0), 200)
    assert tile[90:110, 90:110].max() == 0  # nothing in the cavity
    row = tile[100, :, 0].astype(int)
    lines = np.count_nonzero((row[1:] > 100) & (row[:-1] <= 100))
    assert lines == 2  # where the row enters the epicardium and where it leaves it


def test_no_mask_no_contour() -> None:
    image = np.full((64, 64), 0.5, np.float32)
    labels = np.zeros((64, 64), np.uint8)
    tile = draw_slice(image, labels, [CAVITY], crop_around(labels > 0, (1.0, 1.0)), (0.0, 1.0), 100)
    assert (tile[..., 0] == tile[..., 1]).all() and (tile[..., 1] == tile[..., 2]).all()
