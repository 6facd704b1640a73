"""A segmented cine on the network's grid: the images it saw, how sure it was, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.preparation.grid import Grid
from LVSegULib.quality.pixels import Mask, PerSlice, counts, grown, sums

FURTHEST = 6
"""Steps from a cavity that a sign looks at."""

NOT_VENTRICLE = -20.0
"""Log-odds in slices that were left out above the base, whatever the network takes them for."""

SURROUNDINGS = FURTHEST + 2
"""Pixels that are kept around the place of all cavities."""


@dataclass(frozen=True)
class View:
    """What is known of the cavity in every slice; all arrays (T, K, rows, columns), of the part where the heart lies.

    Attributes:
        images: intensities, about 0 to 1.
        odds: log-odds of the cavity against everything else.
        wins: where the network takes a pixel for cavity, before any cleaning up.
        cavity: where it is cavity in the result.
        wall: pixels of the myocardium in each slice of the result (T, K), anywhere in it; None where none is segmented.
    """

    images: NDArray[np.float32]
    odds: NDArray[np.float32]
    wins: Mask
    cavity: Mask
    wall: PerSlice | None = None

    @cached_property
    def area(self) -> PerSlice:
        """Pixels of each cavity (T, K)."""
        return counts(self.cavity)

    @cached_property
    def found(self) -> Mask:
        """Which slices have a cavity (T, K)."""
        return self.area > 0

    @cached_property
    def inside(self) -> PerSlice:
        """Mean intensity of each cavity (T, K); 0 where there is none."""
        return sums(self.images, self.cavity) / np.maximum(self.area, 1)

    @cached_property
    def growths(self) -> tuple[Mask, ...]:
        """The cavities grown by 0, 1, ... `FURTHEST` steps."""
        masks = [self.cavity]
        for _ in range(FURTHEST):
            masks.append(grown(masks[-1]))
        return tuple(masks)


def view_of(
    cine: Cine,
    grid: Grid,
    images: NDArray[np.float32],
    logits: NDArray[np.float32],
    labels: NDArray[np.uint8],
    values: tuple[int, ...],
    above: tuple[int, ...] = (),
) -> View:
    """The view of a segmentation.

    Args:
        cine: the images as they were read.
        grid: the network's grid.
        images: the network's input (T * K, 1, rows, columns).
        logits: its output (T * K, C, rows, columns); the background has 0.
        labels: the result on the cine's own pixels (T, K, J, I).
        values: label value of each channel; the cavity's is among them.
        above: the slices that were left out above the base.
    """
    cavity = on_grid(labels == CAVITY.value, cine, grid)
    rows, columns = _place_of(cavity)
    cavity = np.ascontiguousarray(cavity[..., rows, columns])
    near, seen = logits[:, :, rows, columns], images[:, 0, rows, columns]
    channel = values.index(CAVITY.value)
    own, others = near[:, channel], np.delete(near, channel, axis=1)
    shape = cavity.shape
    odds = (own - np.logaddexp.reduce(others, axis=1, initial=0.0)).reshape(shape)
    odds[:, list(above)] = NOT_VENTRICLE
    return View(
        images=seen.reshape(shape),
        odds=odds,
        wins=(own > others.max(axis=1, initial=0.0)).reshape(shape),
        cavity=cavity,
        wall=counts(on_grid(labels == MYOCARDIUM.value, cine, grid)) if MYOCARDIUM.value in values else None,
    )


def on_grid(mask: Mask, cine: Cine, grid: Grid) -> Mask:
    """`mask` (T, K, J, I) on the cine's own pixels as (T, K, rows, columns) of the grid, from the nearest pixels."""
    orientation = grid.orientation(cine.ijk_to_ras)
    row_mm, column_mm = orientation.spacing(cine.spacing_mm[1:])
    height, width = orientation.size(*mask.shape[2:])
    rows, has_row = _nearest(height, row_mm, grid.rows, grid.spacing_mm, grid.centre_mm[0])
    columns, has_column = _nearest(width, column_mm, grid.columns, grid.spacing_mm, grid.centre_mm[1])
    # Places and not pixels are turned: to take pixels in the order in which they are stored is ten times as fast.
    rows = height - 1 - rows if orientation.mirror_rows else rows
    columns = width - 1 - columns if orientation.mirror_columns else columns
    stored = (columns, rows) if orientation.swap else (rows, columns)
    taken: Mask = np.take(np.take(mask, stored[0], axis=2), stored[1], axis=3)
    return (taken.swapaxes(2, 3) if orientation.swap else taken) & has_row[:, None] & has_column


def _nearest(
    count: int, spacing_mm: float, target_count: int, target_spacing_mm: float, shift_mm: float
) -> tuple[NDArray[np.intp], Mask]:
    """For each pixel of the grid along one axis the nearest of `count` pixels, and whether there is one."""
    target_mm = (np.arange(target_count) - (target_count - 1) / 2) * target_spacing_mm + shift_mm
    nearest = np.rint(target_mm / spacing_mm + (count - 1) / 2).astype(np.intp)
    return np.clip(nearest, 0, count - 1), (nearest >= 0) & (nearest < count)


def _place_of(cavity: Mask) -> tuple[slice, slice]:
    """Rows and columns where the heart may lie: all there are if it was found nowhere."""
    flat: Mask = np.any(cavity, axis=(0, 1))
    return _around(np.any(flat, axis=1)), _around(np.any(flat, axis=0))


def _around(line: NDArray[Any]) -> slice:
    at = np.flatnonzero(line)
    if not len(at):
        return slice(None)
    return slice(max(int(at[0]) - SURROUNDINGS, 0), int(at[-1]) + SURROUNDINGS + 1)
