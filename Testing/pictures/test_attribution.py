"""The picture of attribution: what speaks for the cavity is orange, what speaks against it is blue."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from LVSegULib.pictures.attribution import AGAINST, FOR, GAP, HEADING, MARGIN, TILE, attribution_png
from LVSegULib.visualization.attribution import Attribution, Occlusion, Target

LEFT, RIGHT = (16, 8), (16, 24)
"""Pixels of a slice of 32 x 32: the map is positive around the first and negative around the second."""


@pytest.fixture
def a_target() -> Target:
    inside = np.zeros((32, 32), bool)
    inside[12:20, 12:20] = True
    return Target(inside, 10.0)


def a_map() -> np.ndarray:
    values = np.zeros((32, 32), np.float32)
    values[14:19, 6:11], values[14:19, 22:27] = 2, -2
    return values


def gradients(target: Target, values: np.ndarray) -> Attribution:
    return Attribution(target, values, 0.2, -5.0, 64, 0.004)


def covered(target: Target, values: np.ndarray) -> Occlusion:
    return Occlusion(target, values, 8, 4)


def the_picture(target: Target, values: np.ndarray) -> np.ndarray:
    image = np.linspace(0, 1, 32 * 32, dtype=np.float32).reshape(32, 32)
    png = attribution_png(image, gradients(target, values), covered(target, values), 1.5)
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB")).astype(int)


def at(picture: np.ndarray, tile: int, pixel: tuple[int, int]) -> np.ndarray:
    """The colour of a pixel of the slice in one of the three tiles."""
    row, column = ((place + 0.5) * TILE / 32 for place in pixel)
    return picture[HEADING + int(row), MARGIN + tile * (TILE + GAP) + int(column)]


@pytest.mark.parametrize("tile", [1, 2])
def test_for_is_orange_and_against_is_blue(a_target: Target, tile: int) -> None:
    picture = the_picture(a_target, a_map())
    assert at(picture, tile, LEFT) == pytest.approx(FOR, abs=12)
    assert at(picture, tile, RIGHT) == pytest.approx(AGAINST, abs=12)


def test_elsewhere_and_in_the_slice_itself_there_is_no_colour(a_target: Target) -> None:
    picture = the_picture(a_target, a_map())
    for tile, pixel in ((0, LEFT), (0, RIGHT), (1, (4, 16)), (2, (28, 16))):
        assert np.ptp(at(picture, tile, pixel)) == 0


def test_a_map_of_zeros_is_drawn_all_the_same(a_target: Target) -> None:
    picture = the_picture(a_target, np.zeros((32, 32), np.float32))
    assert np.ptp(at(picture, 1, LEFT)) == 0
