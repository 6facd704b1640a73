"""What no cine goes beyond; a header that does is damaged, and is refused before memory is taken for it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError, InputError

MOST_PIXELS = 2**28
"""Pixels of a cine: 51 frames of 20 slices of 512 x 512; 1 GiB as it is worked on."""

MOST_BYTES = 3 * 2**29
"""Bytes of a cine's pixels as they are stored, decompressed, and as they are worked on, which are there at one time."""

_WORKING_BYTES = 4
"""Of a pixel (float32)."""

MOST_BEFORE_PIXELS = 2**28
"""Bytes that a header may have passed over before the first pixel."""

FARTHEST_MM = 1e6
"""No place in the world is further from its origin."""


def refuse_too_large(path: Path, counts: Iterable[int], bytes_per_pixel: int = 1) -> None:
    """Raise an InputError if so many pixels cannot be one cine.

    Args:
        path: the file.
        counts: of pixels along each axis.
        bytes_per_pixel: that are held while they are brought to float32.
    """
    counts = tuple(counts)
    pixels = math.prod(counts)
    needed = pixels * (bytes_per_pixel + _WORKING_BYTES)
    if pixels > MOST_PIXELS or needed > MOST_BYTES:
        size = " x ".join(map(str, counts))
        raise InputError(
            f"{path}: its header speaks of {size} pixels, which need {needed // 2**20} MB; a cine has up to "
            f"{MOST_PIXELS} pixels and {MOST_BYTES // 2**20} MB: correct the header, or cut the images to the heart"
        )


def refuse_far(path: Path, position_mm: NDArray[np.float64]) -> None:
    """Raise a GeometryError if a place is no place: not finite, or further away than `FARTHEST_MM`."""
    if not (np.abs(position_mm) <= FARTHEST_MM).all():
        shown = ", ".join(f"{number:g}" for number in position_mm)
        raise GeometryError(f"{path}: its position is impossible, ({shown}) mm: correct the file's header")
