"""Axes a little off right angles: how much, what is taken, and the nearest axes that are at right angles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError
from LVSegULib.reading.stored_image import impossible_directions

LEAN_OF_ROUNDING = 1e-5
"""Axes this near to right angles differ by the rounding of stored numbers only."""

MOST_LEAN = 1e-3
"""Axes may lean this much (0.1 mm over 100 mm) and are then straightened."""


def lean(matrix: NDArray[np.float64]) -> float:
    """Largest cosine between two columns of a 3x3 matrix: 0 at right angles; NaN if a column is 0."""
    with np.errstate(invalid="ignore"):
        columns = matrix / np.linalg.norm(matrix, axis=0)
    return float(np.abs(columns.T @ columns - np.eye(3)).max())


def straightened(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 3x3 matrix with the same column lengths whose columns are the nearest ones at right angles.

    Nearest in the sense of least squares: the orthogonal factor of the polar decomposition.
    """
    lengths = np.linalg.norm(matrix, axis=0)
    left, _, right = np.linalg.svd(matrix / lengths)
    return np.asarray((left @ right) * lengths)


def leaning_note(found: float) -> str:
    """What the user is told of axes that were straightened."""
    return f"the axes in the file's header are at right angles only to {found:.0e}: they were straightened"


def refuse_leaning(found: float, path: Path) -> None:
    """Raise a GeometryError if the axes lean by more than `MOST_LEAN` (or are not known at all)."""
    if not np.isfinite(found):
        raise impossible_directions(path)
    if found > MOST_LEAN:
        raise GeometryError(
            f"{path}: its axes are not at right angles (off by {found:.2g}, up to {MOST_LEAN:g} is taken): "
            "resample the image to a straight grid first"
        )
