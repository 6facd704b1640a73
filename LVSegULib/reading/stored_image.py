"""An image file's content, whatever its format: pixels in their own type, with geometry and times."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.limits import FARTHEST_MM

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class StoredImage:
    """A file's pixels (T, K, J, I) in their own type, with ijk_to_ras (4x4), frame times (T,) and what was noticed."""

    pixels: NDArray[Any]
    ijk_to_ras: NDArray[np.float64]
    time_ms: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()


def ijk_to_ras_of(path: Path, axes_lps: NDArray[np.float64], origin_lps: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix of an image whose axes (3x3, one a column, in mm a voxel) and origin are given in LPS.

    Raises:
        GeometryError: a number is not finite, or far beyond what is possible.
    """
    if not (np.abs(axes_lps) <= FARTHEST_MM).all():
        raise impossible_directions(path)
    ijk_to_lps = np.eye(4)
    ijk_to_lps[:3, :3], ijk_to_lps[:3, 3] = axes_lps, origin_lps
    return np.asarray(LPS_TO_RAS @ ijk_to_lps)


def impossible_directions(path: Path) -> GeometryError:
    """The error for axes that point nowhere."""
    return GeometryError(f"{path}: the directions of its axes are impossible: correct the file's header")


def check_spacing(path: Path, spacing_mm: tuple[float, ...]) -> None:
    """Raise a GeometryError unless each spacing (in the order I, J, K) is a positive number."""
    if not all(0 < size < np.inf for size in spacing_mm):
        sizes = " x ".join(f"{size:g}" for size in spacing_mm)
        raise GeometryError(f"{path}: a voxel of {sizes} mm is not possible: correct the spacing in the file's header")


def two_dimensional(path: Path) -> InputError:
    """The error for an image of one slice."""
    return InputError(
        f"{path}: is a single 2-D image, expected a short-axis stack (3-D) or cine (4-D): give the whole stack"
    )


def several_values(path: Path, count: int) -> InputError:
    """The error for an image of colours or vectors."""
    return InputError(
        f"{path}: has {count} values per pixel (colour or vectors), expected grey values: export grey images"
    )
