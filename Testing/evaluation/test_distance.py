"""Hausdorff distance against circles, boxes, brute force and SimpleITK."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial.distance import cdist

from LVSegULib.errors import InputError
from LVSegULib.evaluation.distance import hausdorff_95_mm


def a_disc(radius_mm: float, pixel_mm: float, size: int = 160) -> np.ndarray:
    j, i = (np.mgrid[:size, :size] - size / 2) * pixel_mm
    return j**2 + i**2 <= radius_mm**2


def a_random_blob(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=shape), 2)
    return noise > np.quantile(noise, 0.7)


def border_points(mask: np.ndarray, spacing_mm: tuple[float, ...]) -> np.ndarray:
    inside = [
        index
        for index in np.argwhere(mask)
        if any(
            not 0 <= index[axis] + step < mask.shape[axis]
            or not mask[tuple(index + step * np.eye(mask.ndim, dtype=int)[axis])]
            for axis in range(mask.ndim)
            for step in (-1, 1)
        )
    ]
    return np.array(inside) * spacing_mm


def test_concentric_circles_are_as_far_apart_as_their_radii() -> None:
    distance_mm = hausdorff_95_mm(a_disc(10, 0.25), a_disc(13, 0.25), (0.25, 0.25))
    assert distance_mm == pytest.approx(3, abs=0.25)


def test_a_shift_counts_in_the_spacing_of_its_axis() -> None:
    box = np.zeros((40, 40), bool)
    box[10:20, 10:20] = True
    assert hausdorff_95_mm(box, np.roll(box, 3, axis=0), (2.0, 0.5)) == pytest.approx(6.0)
    assert hausdorff_95_mm(box, np.roll(box, 3, axis=1), (2.0, 0.5)) == pytest.approx(1.5)


def test_a_volume_counts_the_distance_of_slices() -> None:
    box = np.zeros((9, 20, 20), bool)
    box[2:5, 5:15, 5:15] = True
    assert hausdorff_95_mm(box, np.roll(box, 1, axis=0), (8.0, 1.0, 1.0)) == pytest.approx(8.0)


def test_one_stray_pixel_in_a_hundred_does_not_count() -> None:
    box = np.zeros((200, 200), bool)
    box[50:100, 50:100] = True
    stray = box.copy()
    stray[199, 199] = True
    assert hausdorff_95_mm(box, stray, (1.0, 1.0)) == 0


def test_an_empty_mask_has_no_distance() -> None:
    box, empty = np.ones((4, 4), bool), np.zeros((4, 4), bool)
    for first, second in ((box, empty), (empty, box), (empty, empty)):
        assert math.isnan(hausdorff_95_mm(first, second, (1.0, 1.0)))


def test_shapes_and_spacings_must_fit() -> None:
    with pytest.raises(InputError, match="do not fit"):
        hausdorff_95_mm(np.ones((4, 4), bool), np.ones((4, 5), bool), (1.0, 1.0))
    with pytest.raises(InputError, match="3 spacings"):
        hausdorff_95_mm(np.ones((4, 4), bool), np.ones((4, 4), bool), (1.0, 1.0, 1.0))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("shape", "spacing_mm"), [((24, 30), (1.4, 1.1)), ((5, 14, 16), (8.0, 1.4, 1.1))])
def test_it_agrees_with_brute_force(seed: int, shape: tuple[int, ...], spacing_mm: tuple[float, ...]) -> None:
    first, second = a_random_blob(seed, shape), a_random_blob(seed + 100, shape)
    distances = cdist(border_points(first, spacing_mm), border_points(second, spacing_mm))
    expected = max(np.percentile(distances.min(axis=1), 95), np.percentile(distances.min(axis=0), 95))
    assert hausdorff_95_mm(first, second, spacing_mm) == pytest.approx(expected)
    assert hausdorff_95_mm(second, first, spacing_mm) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(4))
def test_it_agrees_with_simpleitks_contours_and_distance_maps(seed: int) -> None:
    sitk = pytest.importorskip("SimpleITK")
    borders, maps_mm = [], []
    for blob in (a_random_blob(seed, (30, 30)), a_random_blob(seed + 50, (30, 30))):
        image = sitk.GetImageFromArray(np.pad(blob, 2).astype(np.uint8))
        image.SetSpacing((1.1, 1.4))
        border = sitk.LabelContour(image, fullyConnected=False)
        borders.append(sitk.GetArrayFromImage(border) > 0)
        distance_map = sitk.SignedMaurerDistanceMap(border, squaredDistance=False, useImageSpacing=True)
        maps_mm.append(np.maximum(sitk.GetArrayFromImage(distance_map), 0))
    expected = max(np.percentile(maps_mm[1][borders[0]], 95), np.percentile(maps_mm[0][borders[1]], 95))
    first, second = (np.pad(a_random_blob(number, (30, 30)), 2) for number in (seed, seed + 50))
    assert hausdorff_95_mm(first, second, (1.4, 1.1)) == pytest.approx(expected, rel=1e-5)
