"""Pictures of what filters prefer: everything is where it belongs."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from LVSegULib.pictures.preferences import patch_side, patches_png, preferred_png


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture)


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
