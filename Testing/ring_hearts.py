"""Label maps of hearts made of circles: a cavity in a ring of myocardium, and a right ventricle of a known volume."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SPACING_MM = (8.0, 1.5, 1.5)
SLICES, SIZE = 9, 96
CENTRE_MM = (62.0, 84.0)
"""Of the left ventricle, along rows and columns."""


def a_ring(
    radius_mm: float,
    wall_mm: float,
    pixel_mm: Sequence[float] = SPACING_MM[1:],
    size: int = SIZE,
    centre_mm: Sequence[float] = CENTRE_MM,
    epi_shift_mm: Sequence[float] = (0.0, 0.0),
) -> NDArray[np.uint8]:
    """A slice (J, I): a round cavity in a round wall, thicker on one side if the epi contour is shifted."""
    j, i = np.indices((size, size)) * np.reshape(pixel_mm, (2, 1, 1)) - np.reshape(centre_mm, (2, 1, 1))
    from_epi_centre = np.hypot(j - epi_shift_mm[0], i - epi_shift_mm[1])
    ring = np.where(from_epi_centre < radius_mm + wall_mm, 2, 0)
    return np.where(np.hypot(j, i) < radius_mm, 1, ring).astype(np.uint8)


def a_ring_heart(radii_mm: Sequence[float], walls_mm: Sequence[float], right_ml: Sequence[float]) -> NDArray[np.uint8]:
    """A cine (T, K, J, I) of nine slices from base to apex; the last is a little smaller, so that the ends differ.

    Args:
        radii_mm: radius of the cavity in each frame.
        walls_mm: thickness of the wall in each frame.
        right_ml: volume of the right ventricle in each frame, within a voxel of a slice.
    """
    frames = []
    for radius_mm, wall_mm, volume_ml in zip(radii_mm, walls_mm, right_ml, strict=True):
        frame = np.stack([a_ring(radius_mm - (k == SLICES - 1), wall_mm) for k in range(SLICES)])
        pixels = round(1000 * volume_ml / np.prod(SPACING_MM) / SLICES)
        frame[:, :20].reshape(SLICES, -1)[:, :pixels] = 3
        frames.append(frame)
    return np.stack(frames)
