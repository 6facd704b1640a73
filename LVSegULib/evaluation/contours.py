"""Contours of masks and distances to contours, for the measures that are defined on contours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.reading.polygons import polygon_area

_STEPS: dict[int, tuple[tuple[int, int], ...]] = {
    # Corners of a cell of four pixel centres: 1 upper left, 2 upper right, 4 lower right, 8 lower left.
    # Sides: 0 upper, 1 right, 2 lower, 3 left. Each step goes from one side to another with the mask on its left.
    1: ((3, 0),),
    2: ((0, 1),),
    3: ((3, 1),),
    4: ((1, 2),),
    5: ((3, 0), (1, 2)),
    6: ((0, 2),),
    7: ((3, 2),),
    8: ((2, 3),),
    9: ((2, 0),),
    10: ((0, 1), (2, 3)),
    11: ((2, 1),),
    12: ((1, 3),),
    13: ((1, 0),),
    14: ((0, 3),),
}
_SIDES = ((0, 1), (1, 2), (2, 1), (1, 0))
"""Middle of each side in half pixels (row, column) from the cell's upper left corner."""


def outer_contour(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The longest way round the largest piece of `mask`: the contour that a reader would draw.

    Marching squares (Lorensen and Cline 1987) on pixel centres: each point lies half-way between the centre of a pixel
    inside and one outside, so a disc's contour has the disc's radius on average, neither a pixel more nor less.

    Args:
        mask: mask of a slice (J, I).

    Returns:
        Points (N, 2) as (i, j) in pixels, the centre of the first pixel being (0, 0); not closed (the first point is
        not repeated); shape (0, 2) for an empty mask.
    """
    if not mask.any():
        return np.zeros((0, 2))
    contours = _all_contours(mask)
    return max(contours, key=lambda contour: abs(polygon_area(contour)))


def average_perpendicular_distance_mm(
    contour: NDArray[np.float64], manual: NDArray[np.float64], pixel_mm: Sequence[float]
) -> float:
    """Average perpendicular distance (APD) from each point of `contour` to the closed polygon `manual`.

    Radau et al., Evaluation Framework for Algorithms Segmenting Short Axis Cardiac MRI, The MIDAS Journal 2009,
    hdl 10380/3070.

    Args:
        contour: points (N, 2) as (i, j), pixels.
        manual: corners (M, 2) as (i, j), pixels, in order round the polygon.
        pixel_mm: size of a pixel along (i, j), mm.

    Returns:
        Mean distance in mm.

    Raises:
        InputError: a contour has no points.
    """
    if len(contour) == 0 or len(manual) == 0:
        raise InputError("a contour without points has no distance: leave it out, and count it as missing")
    scale = np.asarray(pixel_mm, dtype=np.float64)
    return float(distances_to_polygon(contour * scale, manual * scale).mean())


def distances_to_polygon(points: NDArray[np.float64], polygon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each of `points` (N, 2) to the nearest place on the sides of a closed `polygon` (M, 2)."""
    starts, sides = polygon, np.roll(polygon, -1, axis=0) - polygon
    lengths = np.maximum((sides**2).sum(axis=1), np.finfo(np.float64).tiny)
    offsets = points[:, None] - starts
    along = np.clip((offsets * sides).sum(axis=2) / lengths, 0.0, 1.0)
    distances: NDArray[np.float64] = np.linalg.norm(offsets - along[..., None] * sides, axis=2).min(axis=1)
    return distances


def _all_contours(mask: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """Every closed contour of `mask` (J, I), outer ones and those of holes, as points (N, 2) in pixels (i, j)."""
    following = _following_points(mask)
    contours = []
    while following:
        start, point = following.popitem()
        points = [start]
        while point != start:
            points.append(point)
            point = following.pop(point)
        rows_columns = np.asarray(points, dtype=np.float64) / 2 - 1
        contours.append(rows_columns[:, ::-1])
    return contours


def _following_points(mask: NDArray[np.bool_]) -> dict[tuple[int, int], tuple[int, int]]:
    """The next point of each contour point, both in half pixels (row, column) of the mask padded by one pixel."""
    padded = np.pad(mask, 1).astype(np.uint8)
    cells = padded[:-1, :-1] + 2 * padded[:-1, 1:] + 4 * padded[1:, 1:] + 8 * padded[1:, :-1]
    following = {}
    for row, column in np.argwhere((cells > 0) & (cells < 15)).tolist():
        for side, next_side in _STEPS[int(cells[row, column])]:
            (a, b), (c, d) = _SIDES[side], _SIDES[next_side]
            following[2 * row + a, 2 * column + b] = (2 * row + c, 2 * column + d)
    return following
