"""A beating disc, and where its colour is in a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.labels import CAVITY


def a_beating_disc(radii: Sequence[float], slices: int = 3) -> tuple[Cine, NDArray[np.uint8]]:
    """A cine of 48 x 48 pixels of 2 mm and its labels; `radii` in pixels, of each frame."""
    j, i = np.mgrid[:48, :48]
    inside = np.hypot(j - 24, i - 24) < np.array(radii)[:, None, None, None]
    labels = np.repeat(inside, slices, axis=1).astype(np.uint8)
    images = 10 + 100 * labels + np.arange(48)
    return Cine(images.astype(np.float32), np.diag([2.0, 2.0, 8.0, 1.0]), name="disc"), labels


def reddish(picture: object) -> NDArray[np.bool_]:
    """Which pixels of a picture have the cavity's colour (rows, columns)."""
    red = np.round(255 * np.array(CAVITY.colour)).astype(int)
    return np.abs(np.asarray(picture).astype(int) - red).max(axis=-1) < 12
