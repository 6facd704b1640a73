"""Where an activation map lies: its pixels in RAS."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.orientation import usual_orientation


def map_grid(grid: Grid, level: int) -> Grid:
    """The pixels of the maps at a level: 2^level times as large as the network's, around the same centre."""
    step = 2**level
    return replace(grid, spacing_mm=grid.spacing_mm * step, rows=grid.rows // step, columns=grid.columns // step)


def map_ijk_to_ras(cine: Cine, grid: Grid, level: int) -> NDArray[np.float64]:
    """The 4x4 matrix of a stack of maps (K, rows, columns) of a cine's slices, in the usual view.

    Args:
        cine: the cine whose slices the network saw.
        grid: the model's own grid.
        level: the level of the maps' layer.
    """
    lattice = map_grid(grid, level)
    orientation = usual_orientation(cine.ijk_to_ras)
    column, row = cine.ijk_to_ras[:3, 0].copy(), cine.ijk_to_ras[:3, 1].copy()
    if orientation.swap:
        column, row = row, column
    column *= (-1 if orientation.mirror_columns else 1) * lattice.spacing_mm / np.linalg.norm(column)
    row *= (-1 if orientation.mirror_rows else 1) * lattice.spacing_mm / np.linalg.norm(row)
    centre = np.array([(cine.frames.shape[3] - 1) / 2, (cine.frames.shape[2] - 1) / 2, 0, 1])
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = column, row, cine.ijk_to_ras[:3, 2]
    first = column * (lattice.columns - 1) / 2 + row * (lattice.rows - 1) / 2
    matrix[:3, 3] = (cine.ijk_to_ras @ centre)[:3] - first
    return matrix
