"""The network's in-plane grid, and the linear maps that carry images onto it and logits back.

Images and grid share their centre. Resampling is separable, so each axis is one small matrix: linear interpolation,
widened to a triangle over the coarser of the two pixels so that a finer image is averaged and not just sampled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import UsageError


@dataclass(frozen=True)
class Grid:
    """Pixels of `spacing_mm` (square), `rows` x `columns` of them, around the image's centre."""

    spacing_mm: float
    rows: int
    columns: int

    def __post_init__(self) -> None:
        if not self.spacing_mm > 0 or self.rows < 1 or self.columns < 1:
            raise UsageError(f"a grid of {self.rows} x {self.columns} pixels of {self.spacing_mm} mm is not possible")


def axis_weights(
    source_count: int, source_spacing_mm: float, target_count: int, target_spacing_mm: float
) -> NDArray[np.float32]:
    """Weights (target_count, source_count) that resample one axis; both are centred at the same point.

    Rows sum to 1 where the target pixel's centre lies on the source, and are 0 beyond its edge.
    """
    source_mm = (np.arange(source_count) - (source_count - 1) / 2) * source_spacing_mm
    target_mm = (np.arange(target_count) - (target_count - 1) / 2) * target_spacing_mm
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
) -> NDArray[np.float32]:
    """`images` (…, J, I) with pixels of `spacing_mm` (J, I), resampled to (…, *target_shape); 0 beyond their edge."""
    rows = axis_weights(images.shape[-2], spacing_mm[0], target_shape[0], target_spacing_mm[0])
    columns = axis_weights(images.shape[-1], spacing_mm[1], target_shape[1], target_spacing_mm[1])
    return np.asarray(rows @ images @ columns.T, dtype=np.float32)


def to_grid(images: NDArray[np.float32], spacing_mm: tuple[float, float], grid: Grid) -> NDArray[np.float32]:
    """`images` (…, J, I) on the network's grid (…, rows, columns)."""
    return resample(images, spacing_mm, (grid.rows, grid.columns), (grid.spacing_mm, grid.spacing_mm))


def from_grid(
    maps: NDArray[np.float32], grid: Grid, shape: tuple[int, int], spacing_mm: tuple[float, float]
) -> NDArray[np.float32]:
    """`maps` (…, rows, columns) back on an image's own pixels (…, *shape); 0 beyond the grid."""
    return resample(maps, (grid.spacing_mm, grid.spacing_mm), shape, spacing_mm)
