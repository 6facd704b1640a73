"""Signs in the images: the cavity is bright, and the myocardium around it is dark."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from LVSegULib.quality.pixels import Mask, PerSlice, counts, grown, sums, where
from LVSegULib.quality.view import FURTHEST, View

SECTORS = 8
WALL, WIDER = 3, FURTHEST
"""Steps from a cavity to the middle and to the outside of a wall of usual thickness."""

LEAST_BRIGHTNESS = 0.02

LEAST_WALL = 20.0
"""Pixels that are added to the myocardium, so that a slice without any has a ratio too."""


def gap_in_wall(view: View) -> PerSlice:
    """Brightness of the brightest of eight sectors of the inner wall around a cavity, as a share of the cavity's."""
    sectors = _sector_means(view, view.growths[WALL] & ~view.growths[1])
    return where(view.found, sectors.max(axis=-1) / _brightness(view))


def paleness(view: View) -> PerSlice:
    """Brightness of what lies around the inner wall, as a share of the cavity's."""
    around = view.growths[WIDER] & ~view.growths[WALL]
    return where(view.found, sums(view.images, around) / np.maximum(counts(around), 1) / _brightness(view))


def bareness(view: View) -> PerSlice:
    """Logarithm of the cavity's area over that of the myocardium that was found in its slice; NaN where none is sought.

    Above the base the atrium has no wall, and at the apex the wall is most of the heart.
    """
    if view.wall is None:
        return np.full(view.area.shape, np.nan)
    return where(view.found, np.log1p(view.area / (view.wall + LEAST_WALL)))


def unevenness(view: View) -> PerSlice:
    """Standard deviation of the intensities in a cavity, as a share of the frame's middle brightness of cavities."""
    squares = np.einsum("tkji,tkji,tkji->tk", view.images, view.images, view.cavity, dtype=np.float64)
    variance = squares / np.maximum(view.area, 1) - view.inside**2
    return where(view.found, np.sqrt(np.maximum(variance, 0)) / _usual_brightness(view))


def dimness(view: View) -> PerSlice:
    """By how much a cavity is darker than the middle one of its frame, as a share of that."""
    return where(view.found, 1 - view.inside / _usual_brightness(view))


def _brightness(view: View) -> PerSlice:
    """Mean brightness of each cavity without its rim, which may be half wall; of all of it if it is nothing else."""
    core = ~grown(grown(~view.cavity))
    core = np.where(core.any(axis=(2, 3), keepdims=True), core, view.cavity)
    return np.maximum(sums(view.images, core) / np.maximum(counts(core), 1), LEAST_BRIGHTNESS)


def _usual_brightness(view: View) -> PerSlice:
    """The median brightness of each frame's cavities (T, 1)."""
    usual = [np.median(row[found]) if found.any() else 0.0 for row, found in zip(view.inside, view.found, strict=True)]
    bright: PerSlice = np.maximum(np.array(usual), LEAST_BRIGHTNESS)[:, None]
    return bright


def _sector_means(view: View, ring: Mask) -> NDArray[np.float64]:
    """Mean brightness of `ring` in eight sectors around the middle of the cavity (T, K, SECTORS), 0 if empty."""
    frames, slices, rows, columns = ring.shape
    area = np.maximum(view.area, 1)
    row = (view.cavity.sum(axis=3) @ np.arange(rows) / area).ravel()
    column = (view.cavity.sum(axis=2) @ np.arange(columns) / area).ravel()
    at, j, i = np.nonzero(ring.reshape(-1, rows, columns))
    angle = np.arctan2(j - row[at], i - column[at])
    sector = np.floor((angle / (2 * np.pi) + 0.5) * SECTORS).astype(np.intp) % SECTORS
    place, size = at * SECTORS + sector, frames * slices * SECTORS
    total = np.bincount(place, view.images.reshape(-1, rows, columns)[at, j, i], minlength=size)
    means: NDArray[np.float64] = total / np.maximum(np.bincount(place, minlength=size), 1)
    return means.reshape(frames, slices, SECTORS)
