"""What a filter prefers, as pictures: the image that ascent finds for it, and patches of real slices where it fires."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from LVSegULib.pictures.canvas import png_of

GAMMA = 0.75
"""Lifts dark myocardium."""

SHORTEST_PATCH = 40
"""Side of a patch in pixels, at least: from the few that a filter of the first layers sees, no place can be told."""


def patch_side(size: int) -> int:
    """Side of the patches to show beside preferred images of `size`: large enough to tell where they are."""
    return max(size, SHORTEST_PATCH + size % 2)


def preferred_png(image: NDArray[np.float32]) -> bytes:
    """A preferred image (size, size) in 0..1 as a small grey PNG, pixel by pixel, for a page that enlarges it."""
    return png_of(Image.fromarray(_greys(image)))


def patches_png(patches: NDArray[np.float32]) -> bytes:
    """Patches (count, side, side) in 0..1 beside each other as a small grey PNG."""
    return png_of(Image.fromarray(_greys(np.concatenate(_lifted(patches), axis=1))))


def _lifted(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Patches with dark myocardium lifted."""
    return patches.clip(0, 1) ** np.float32(GAMMA)


def _greys(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    greys: NDArray[np.uint8] = (255 * image.clip(0, 1)).round().astype(np.uint8)
    return greys
