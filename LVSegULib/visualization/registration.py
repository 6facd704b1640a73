"""The grid on which a network sees a cine, and where its activation maps lie: their pixels in RAS."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.preparation.grid import Grid
from LVSegULib.visualization.inspector import Inspector, WithoutFilters


def grid_seen(cine: Cine, inspector: Inspector) -> Grid:
    """The grid on which the network sees `cine` when it segments it; the whole network says where the heart is.

    Raises:
        EngineError: the engine failed.
        ModelError: the network gives values that are not finite.
    """
    from LVSegULib.segmentation.fitting import fitting_grid

    return fitting_grid(cine, inspector.model.spec, WithoutFilters(inspector, ()))


def map_grid(grid: Grid, level: int) -> Grid:
    """The pixels of the maps at a level: 2^level times as large as the network's, around the same centre."""
    step = 2**level
    return replace(grid, spacing_mm=grid.spacing_mm * step, rows=grid.rows // step, columns=grid.columns // step)


def map_ijk_to_ras(cine: Cine, grid: Grid, level: int) -> NDArray[np.float64]:
    """The 4x4 matrix of a stack of maps (K, rows, columns) of a cine's slices, as the network sees them.

    Args:
        cine: the cine whose slices the network saw.
        grid: where and which way up it saw them.
        level: the level of the maps' layer.
    """
    lattice = map_grid(grid, level)
    orientation = grid.orientation(cine.ijk_to_ras)
    column, row = cine.ijk_to_ras[:3, 0].copy(), cine.ijk_to_ras[:3, 1].copy()
    if orientation.swap:
        column, row = row, column
    column *= (-1 if orientation.mirror_columns else 1) / np.linalg.norm(column)
    row *= (-1 if orientation.mirror_rows else 1) / np.linalg.norm(row)
    middle = np.array([(cine.frames.shape[3] - 1) / 2, (cine.frames.shape[2] - 1) / 2, 0, 1])
    row_mm = grid.centre_mm[0] - lattice.spacing_mm * (lattice.rows - 1) / 2
    column_mm = grid.centre_mm[1] - lattice.spacing_mm * (lattice.columns - 1) / 2
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1] = lattice.spacing_mm * column, lattice.spacing_mm * row
    matrix[:3, 2] = cine.ijk_to_ras[:3, 2]
    matrix[:3, 3] = (cine.ijk_to_ras @ middle)[:3] + row_mm * row + column_mm * column
    return matrix
