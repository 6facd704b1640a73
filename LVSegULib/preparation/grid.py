"""The network's in-plane grid, and the linear maps that carry images onto it and logits back.

Images and grid share their centre unless the grid is told another one. Resampling is separable: along each axis linear
interpolation, widened to a triangle over the coarser of the two pixels so that a finer image is averaged and not just
sampled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import UsageError
from LVSegULib.preparation.intensity import DEFAULT, check_kind
from LVSegULib.preparation.orientation import AS_STORED, Orientation, usual_orientation

MOST_ALONG_AXIS = 4096
"""Pixels of a grid along rows or columns; no image of a heart has as many, and memory would not do for more."""


@dataclass(frozen=True)
class Grid:
    """What the network sees: square pixels around the image's centre, or around a point that is told.

    Attributes:
        spacing_mm: size of a pixel.
        rows: rows of pixels.
        columns: columns of pixels.
        intensity: how intensities are scaled, one of `LVSegULib.preparation.intensity.KINDS`.
        centre_mm: where the grid's centre lies from the image's, along the rows and columns that the network sees.
        turn: how the usual view by a file's geometry is turned and mirrored further, where that geometry is wrong.
    """

    spacing_mm: float
    rows: int
    columns: int
    intensity: str = DEFAULT
    centre_mm: tuple[float, float] = (0.0, 0.0)
    turn: Orientation = AS_STORED

    def __post_init__(self) -> None:
        check_kind(self.intensity)
        is_possible = 0 < self.spacing_mm < math.inf and min(self.rows, self.columns) >= 1
        if not is_possible or max(self.rows, self.columns) > MOST_ALONG_AXIS:
            raise UsageError(
                f"a grid of {self.rows} x {self.columns} pixels of {self.spacing_mm} mm is not possible (each side has "
                f"1 to {MOST_ALONG_AXIS})"
            )

    def orientation(self, ijk_to_ras: NDArray[np.float64]) -> Orientation:
        """How stored slices of images with this 4x4 matrix become slices as the network sees them."""
        return usual_orientation(ijk_to_ras).then(self.turn)

    def turned(self, turn: Orientation) -> Grid:
        """The grid at the same place, through which the network sees slices turned and mirrored further."""
        return replace(self, turn=self.turn.then(turn), centre_mm=turn.step(self.centre_mm))


def axis_weights(
    source_count: int, source_spacing_mm: float, target_count: int, target_spacing_mm: float, shift_mm: float = 0.0
) -> NDArray[np.float32]:
    """Weights (target_count, source_count) that resample one axis; the target's centre lies `shift_mm` further on.

    Rows sum to 1 where the target pixel's centre lies on the source, and are 0 beyond its edge.
    """
    source_mm = (np.arange(source_count) - (source_count - 1) / 2) * source_spacing_mm
    target_mm = (np.arange(target_count) - (target_count - 1) / 2) * target_spacing_mm + shift_mm
    reach_mm = max(source_spacing_mm, target_spacing_mm)
    weights = np.maximum(0.0, 1.0 - np.abs(target_mm[:, None] - source_mm[None, :]) / reach_mm)
    inside = np.abs(target_mm) <= source_count * source_spacing_mm / 2
    total = weights.sum(axis=1)
    weights *= np.where(inside, 1.0 / np.where(total > 0, total, 1.0), 0.0)[:, None]
    return weights.astype(np.float32)


def resample(
    images: NDArray[np.float32],
    spacing_mm: tuple[float, float],
    target_shape: tuple[int, int],
    target_spacing_mm: tuple[float, float],
    shift_mm: tuple[float, float] = (0.0, 0.0),
) -> NDArray[np.float32]:
    """`images` (…, J, I) with pixels of `spacing_mm` (J, I), resampled to (…, *target_shape); 0 beyond their edge.

    The centre of the result lies `shift_mm` (J, I) further on than that of `images`.
    """
    rows, columns = (
        _taps(images.shape[axis - 2], spacing_mm[axis], target_shape[axis], target_spacing_mm[axis], shift_mm[axis])
        for axis in (0, 1)
    )
    return _along(_along(images, -2, rows), -1, columns)


@dataclass(frozen=True)
class _Taps:
    """The few source pixels that a target pixel is made of: `indices` and `weights`, each (taps, target_count)."""

    indices: NDArray[np.intp]
    weights: NDArray[np.float32]


@lru_cache(maxsize=32)
def _taps(
    source_count: int, source_spacing_mm: float, target_count: int, target_spacing_mm: float, shift_mm: float
) -> _Taps:
    weights = axis_weights(source_count, source_spacing_mm, target_count, target_spacing_mm, shift_mm)
    count = max(1, int(np.count_nonzero(weights, axis=1).max()))
    first = np.minimum((weights != 0).argmax(axis=1), source_count - count)
    indices = first + np.arange(count)[:, None]
    return _Taps(indices, weights[np.arange(target_count), indices])


def _along(images: NDArray[np.float32], axis: int, taps: _Taps) -> NDArray[np.float32]:
    """`images` resampled along one axis, -2 or -1.

    Not as a product with a matrix that is mostly zeros: the threads of a linear algebra library, waiting for each
    other, take a hundred times as long on a processor that is busy.
    """
    weights = taps.weights[:, :, None] if axis == -2 else taps.weights
    total: NDArray[np.float32] = np.take(images, taps.indices[0], axis=axis)
    total *= weights[0]
    part = np.empty_like(total)
    for index, weight in zip(taps.indices[1:], weights[1:], strict=True):
        np.take(images, index, axis=axis, out=part, mode="clip")
        part *= weight
        total += part
    return total


def to_grid(images: NDArray[np.float32], spacing_mm: tuple[float, float], grid: Grid) -> NDArray[np.float32]:
    """`images` (…, J, I) on the network's grid (…, rows, columns)."""
    return resample(images, spacing_mm, (grid.rows, grid.columns), (grid.spacing_mm, grid.spacing_mm), grid.centre_mm)


def from_grid(
    maps: NDArray[np.float32], grid: Grid, shape: tuple[int, int], spacing_mm: tuple[float, float]
) -> NDArray[np.float32]:
    """`maps` (…, rows, columns) back on an image's own pixels (…, *shape); 0 beyond the grid."""
    back_mm = (-grid.centre_mm[0], -grid.centre_mm[1])
    return resample(maps, (grid.spacing_mm, grid.spacing_mm), shape, spacing_mm, back_mm)
