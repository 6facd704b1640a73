"""Views of discs, bright in a dark ring, of which a network is as sure as one likes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from LVSegULib.quality.view import View

SIZE = 64
SURE = 8.0
"""Log-odds inside a disc, and less than zero by as much outside."""


def disc(radius: float, row: float = 32.0, column: float = 32.0) -> NDArray[np.bool_]:
    """Pixels (SIZE, SIZE) within `radius` of a place; none for a radius of 0."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    inside: NDArray[np.bool_] = (rows - row) ** 2 + (columns - column) ** 2 < radius**2
    return inside


def discs(radii: Sequence[Sequence[float]]) -> NDArray[np.bool_]:
    """A disc for each frame and slice (T, K, SIZE, SIZE)."""
    return np.array([[disc(radius) for radius in frame] for frame in radii])


def a_view(cavity: NDArray[np.bool_], odds: NDArray[np.float32] | None = None) -> View:
    """A view of `cavity` (T, K, rows, columns): brightness 1 inside and 0.2 outside; sure of it without `odds`."""
    sure = np.where(cavity, SURE, -SURE).astype(np.float32) if odds is None else odds
    images = np.where(cavity, 1.0, 0.2).astype(np.float32)
    return View(images, sure, sure > 0, cavity)
