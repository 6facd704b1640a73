"""Signs in the shape of each cavity: size, outline, and what cleaning up did to it."""

from __future__ import annotations

import numpy as np

from LVSegULib.quality.pixels import PerSlice, counts, where
from LVSegULib.quality.view import View


def smallness(view: View) -> PerSlice:
    """Logarithm of 1 over the area in pixels: a border that is off by a pixel costs a small cavity more Dice."""
    return where(view.found, -np.log(np.maximum(view.area, 1)))


def raggedness(view: View) -> PerSlice:
    """Logarithm of the share by which the area falls short of an ellipse's of the same spread.

    The moments of an ellipse give its area, 4 pi sqrt(det C) with C the covariance of its pixels; pieces apart, dents
    and holes spread the pixels further than the area needs.
    """
    _, product = _spread(view)
    fullness = view.area / np.maximum(4 * np.pi * product, 1e-6)
    return where(view.found, np.log(1.02 - np.minimum(fullness, 1.015)))


def narrowness(view: View) -> PerSlice:
    """1 less the ratio of the short to the long axis of the ellipse of the same moments."""
    mean, product = _spread(view)
    difference = np.sqrt(np.maximum(mean**2 - product**2, 0))
    return where(view.found, 1 - np.sqrt(np.maximum(mean - difference, 0) / np.maximum(mean + difference, 1e-6)))


def removed(view: View) -> PerSlice:
    """Square root of the share of what the network found that cleaning up took away."""
    found, gone = counts(view.wins), counts(view.wins & ~view.cavity)
    return where(view.found, np.sqrt(gone / np.maximum(found, 1)))


def filled(view: View) -> PerSlice:
    """Square root of the share of the cavity that the network did not find: holes that were filled."""
    return where(view.found, np.sqrt(counts(view.cavity & ~view.wins) / np.maximum(view.area, 1)))


def _spread(view: View) -> tuple[PerSlice, PerSlice]:
    """Half the trace, and the root of the determinant, of the covariance of each cavity's pixels."""
    area, rows, columns = np.maximum(view.area, 1), *map(np.arange, view.cavity.shape[2:])
    by_row, by_column = view.cavity.sum(axis=3), view.cavity.sum(axis=2)
    row, column = by_row @ rows / area, by_column @ columns / area
    # 1/12 is the variance within a pixel.
    vertical = by_row @ rows**2 / area - row**2 + 1 / 12
    horizontal = by_column @ columns**2 / area - column**2 + 1 / 12
    together = (view.cavity @ columns) @ rows / area - row * column
    determinant = np.maximum(vertical * horizontal - together**2, 0)
    return (vertical + horizontal) / 2, np.sqrt(determinant)
