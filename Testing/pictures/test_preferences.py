"""Pictures of what filters prefer: everything is where it belongs."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from LVSegULib.pictures.canvas import WARNING
from LVSegULib.pictures.preferences import (
    patch_side,
    patches_png,
    preference_png,
    preferred_png,
    preferred_sheet_png,
)
from LVSegULib.visualization.preferences import Place, Preferred

PLACES = tuple(Place(number, 20.0, 20.0, 5.0 - number) for number in range(4))


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture)


def framed(png: bytes) -> int:
    """Pixels in the colour of the frame."""
    return int((pixels(png) == WARNING).all(axis=2).sum())


@pytest.mark.parametrize(("size", "side"), [(5, 41), (14, 40), (80, 80)])
def test_patches_are_large_enough_to_tell_where_they_are(size: int, side: int) -> None:
    """And odd or even like the preferred image, so that the place is in the middle of both."""
    assert patch_side(size) == side


def test_a_preferred_image_by_itself_is_its_own_pixels() -> None:
    image = np.array([[0, 0.2], [0.6, 1]], np.float32)
    assert pixels(preferred_png(image)).tolist() == [[0, 51], [153, 255]]


def test_patches_by_themselves_are_beside_each_other() -> None:
    patches = np.stack([np.zeros((3, 3)), np.ones((3, 3))]).astype(np.float32)
    assert pixels(patches_png(patches)).tolist() == [[0, 0, 0, 255, 255, 255]] * 3
    assert pixels(patches_png(patches[:0])).shape == (1, 1)


def test_a_filter_has_its_preferred_image_left_and_its_patches_right() -> None:
    bright, dark = np.ones((80, 80), np.float32), np.zeros((4, 80, 80), np.float32)
    picture = pixels(preference_png("encoder.4.1:3", bright, 7.9, dark, PLACES))
    white = np.flatnonzero((picture == 255).all(axis=2).sum(0) > 100)  # columns
    assert white.min() > 0 and white.max() < picture.shape[1] / 5


def test_a_frame_shows_what_a_filter_sees_of_a_larger_patch() -> None:
    small, large = np.zeros((10, 10), np.float32), np.zeros((40, 40), np.float32)
    patches = np.zeros((4, 40, 40), np.float32)
    # A square of 120 x 10 / 40 = 30 pixels, one more for the line, in each of four patches: 4 x 4 x 31 pixels.
    assert framed(preference_png("a", small, 1.0, patches, PLACES)) == pytest.approx(4 * 4 * 31, rel=0.05)
    assert framed(preference_png("a", large, 1.0, patches, PLACES)) == 0


def test_a_filter_that_fires_nowhere_is_drawn_all_the_same() -> None:
    grey = np.full((10, 10), 0.5, np.float32)
    silent = pixels(preference_png("a" * 80, grey, 0.0, np.zeros((0, 40, 40), np.float32), ()))
    assert silent.shape[0] == pixels(preference_png("a", grey, 0.0, np.zeros((4, 40, 40), np.float32), PLACES)).shape[0]


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (4, 1), (12, 1), (13, 2)])
def test_a_sheet_has_every_filter_of_the_layer(count: int, rows: int) -> None:
    one = pixels(preferred_sheet_png(_all_white(1), "a layer"))
    sheet = pixels(preferred_sheet_png(_all_white(count), "a layer"))
    assert (sheet == 255).all(axis=2).sum() == pytest.approx(count * 120 * 120, rel=0.05)
    assert (sheet.shape[0] > one.shape[0]) == (rows > 1)


def _all_white(count: int) -> Preferred:
    return Preferred("head", np.ones((count, 20, 20), np.float32), np.ones(count, np.float32))
