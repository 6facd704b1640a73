"""A segmentation on the network's grid lies where it lies on the images, and shows what the network said there."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.prepare import prepare_images
from LVSegULib.quality.view import FURTHEST, NOT_VENTRICLE, SURROUNDINGS, View, on_grid, view_of

USUAL = np.array([[-0.7, 0.0, 0.7, 0.0], [-0.7, -0.3, -0.7, 0.0], [0.0, -1.0, 0.2, 0.0], [0.0, 0.0, 0.0, 1.0]])
"""Columns run left and posterior, rows inferior, as in the usual view; scaled below to the pixel size."""


def a_cine(size: int, pixel_mm: float, *, mirrored: bool = False) -> Cine:
    matrix = USUAL.copy()
    matrix[:3, :3] *= np.array([pixel_mm, pixel_mm, 8.0]) / np.linalg.norm(USUAL[:3, :3], axis=0)
    if mirrored:
        matrix[:3, 0] *= -1
    frames = np.zeros((1, 2, size, size), np.float32)
    frames[0, 0, 0, 0] = 1
    return Cine(frames, matrix)


def a_square(size: int, rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((1, 2, size, size), bool)
    mask[0, 1, rows, columns] = True
    return mask


def test_pixels_of_the_grid_itself_stay_as_they_are() -> None:
    mask = a_square(40, slice(10, 20), slice(5, 12))
    assert np.array_equal(on_grid(mask, a_cine(40, 1.5), Grid(1.5, 40, 40)), mask)


def test_a_larger_grid_has_the_image_in_its_middle() -> None:
    mask = a_square(40, slice(10, 20), slice(5, 12))
    expected = np.pad(mask, ((0, 0), (0, 0), (4, 4), (2, 2)))
    assert np.array_equal(on_grid(mask, a_cine(40, 1.5), Grid(1.5, 48, 44)), expected)


def test_a_grid_with_another_middle_sees_it_moved() -> None:
    """4.5 mm further along the rows are three pixels up, 3 mm along the columns two to the left."""
    mask = a_square(40, slice(10, 20), slice(5, 12))
    moved = on_grid(mask, a_cine(40, 1.5), Grid(1.5, 40, 40, centre_mm=(4.5, 3.0)))
    assert np.array_equal(moved, a_square(40, slice(7, 17), slice(3, 10)))


def test_pixels_of_half_the_size_are_four_times_as_many() -> None:
    mask = a_square(80, slice(20, 40), slice(10, 24))
    assert np.count_nonzero(on_grid(mask, a_cine(80, 0.75), Grid(1.5, 40, 40))) == 20 * 14 / 4


def test_a_mirrored_image_is_turned_to_the_usual_view() -> None:
    mask = a_square(40, slice(10, 20), slice(5, 12))
    expected = a_square(40, slice(10, 20), slice(28, 35))
    assert np.array_equal(on_grid(mask, a_cine(40, 1.5, mirrored=True), Grid(1.5, 40, 40)), expected)


@pytest.fixture
def two_channels() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, logits of cavity and myocardium, and labels of a square of cavity in the second of two slices."""
    random = np.random.default_rng(3)
    labels = a_square(40, slice(14, 22), slice(16, 26)).astype(np.uint8) * CAVITY.value
    return random.random((2, 1, 40, 40), np.float32), random.normal(size=(2, 2, 40, 40)).astype(np.float32), labels


def test_only_the_place_of_the_heart_is_kept(two_channels: tuple[np.ndarray, ...]) -> None:
    images, logits, labels = two_channels
    labels[0, 1, 30:34, 2:7] = MYOCARDIUM.value  # outside of that place
    values = (CAVITY.value, MYOCARDIUM.value)
    view = view_of(a_cine(40, 1.5), Grid(1.5, 40, 40), images, logits, labels, values)
    part = np.s_[:, 14 - SURROUNDINGS : 22 + SURROUNDINGS, 16 - SURROUNDINGS : 26 + SURROUNDINGS]
    assert view.cavity.shape == (1, 2, 8 + 2 * SURROUNDINGS, 10 + 2 * SURROUNDINGS)
    assert np.array_equal(view.images[0], images[:, 0][part])
    assert view.area.tolist() == [[0, 80]]
    cavity, myocardium = logits[:, 0][part], logits[:, 1][part]
    chance = np.exp(cavity) / (1 + np.exp(cavity) + np.exp(myocardium))
    np.testing.assert_allclose(view.odds[0], np.log(chance / (1 - chance)), rtol=1e-4, atol=1e-5)
    assert np.array_equal(view.wins[0], (cavity > 0) & (cavity > myocardium))
    assert view.wall is not None
    assert view.wall.tolist() == [[0, 20]]


def test_slices_above_the_base_are_known_to_be_none(two_channels: tuple[np.ndarray, ...]) -> None:
    images, logits, labels = two_channels
    view = view_of(a_cine(40, 1.5), Grid(1.5, 40, 40), images, logits[:, :1], labels, (CAVITY.value,), (0,))
    assert (view.odds[0, 0] == NOT_VENTRICLE).all()
    assert (view.odds[0, 1] != NOT_VENTRICLE).any()
    assert view.wall is None


def test_without_any_cavity_everything_is_kept(two_channels: tuple[np.ndarray, ...]) -> None:
    images, logits, labels = two_channels
    nothing = np.zeros_like(labels)
    view = view_of(a_cine(40, 1.5), Grid(1.5, 40, 40), images, logits[:, :1], nothing, (CAVITY.value,))
    assert view.cavity.shape == (1, 2, 40, 40)
    assert not view.found.any()


@pytest.mark.parametrize("columns", [(0, 1), (1, 0)])
@pytest.mark.parametrize("signs", [(1, 1), (1, -1), (-1, 1), (-1, -1)])
def test_every_orientation_goes_the_way_of_the_images(columns: tuple[int, int], signs: tuple[int, int]) -> None:
    """A mask that is bright in the image lies where the prepared image is bright."""
    matrix = USUAL.copy()
    matrix[:3, :2] = matrix[:3, columns] * signs
    matrix[:3, :3] *= np.array([1.5, 1.5, 8.0]) / np.linalg.norm(matrix[:3, :3], axis=0)
    mask = np.zeros((1, 2, 40, 36), bool)
    mask[0, 1, 8:14, 20:31] = True
    mask[0, 0, 30:34, 4:8] = True
    grid = Grid(1.5, 48, 48, centre_mm=(3.0, -1.5))
    images = prepare_images(Cine(mask.astype(np.float32), matrix), grid)
    assert np.array_equal(
        on_grid(mask, Cine(mask.astype(np.float32), matrix), grid), images.reshape(1, 2, 48, 48) > 0.5
    )


def test_beyond_the_image_there_is_no_cavity_though_it_reaches_the_edge() -> None:
    mask = np.random.default_rng(1).random((1, 2, 40, 40)) < 0.5
    seen = on_grid(mask, a_cine(40, 1.5), Grid(1.5, 48, 44))
    assert np.array_equal(seen, np.pad(mask, ((0, 0), (0, 0), (4, 4), (2, 2))))


def test_a_cavity_at_the_edge_is_kept_whole(two_channels: tuple[np.ndarray, ...]) -> None:
    images, logits, _ = two_channels
    labels = a_square(40, slice(0, 5), slice(33, 40)).astype(np.uint8) * CAVITY.value
    view = view_of(a_cine(40, 1.5), Grid(1.5, 40, 40), images, logits[:, :1], labels, (CAVITY.value,))
    assert view.area.tolist() == [[0, 5 * 7]]


def test_the_intensity_inside_is_the_mean_of_the_cavitys_pixels() -> None:
    images, cavity = np.zeros((1, 2, 4, 4), np.float32), np.zeros((1, 2, 4, 4), bool)
    images[0, :, 1, 1:4] = (0.25, 0.75, 1.0)
    cavity[0, 1, 1, 1:3] = True
    assert View(images, images, cavity, cavity).inside.tolist() == [[0, 0.5]]


def test_growths_are_those_of_no_step_to_the_furthest() -> None:
    cavity = np.zeros((1, 1, 21, 21), bool)
    cavity[0, 0, 10, 10] = True
    growths = View(cavity.astype(np.float32), cavity.astype(np.float32), cavity, cavity).growths
    assert len(growths) == FURTHEST + 1
    reach = [int(np.flatnonzero(one[0, 0, 10]).max()) - 10 for one in growths]
    assert reach == list(range(FURTHEST + 1))
