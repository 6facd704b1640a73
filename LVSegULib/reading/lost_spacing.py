"""Tell images whose spacing was lost on their way: each voxel is 1 x 1 x 1 mm, as where a header says nothing."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)

_SHORTEST_STACK_MM = 30.0
"""A stack of a person's heart is longer."""

_PERSON_MM = 100.0
"""Images of a person are at least so wide and high."""


def lost_spacing(ijk_to_ras: NDArray[np.float64], shape: tuple[int, ...], path: Path) -> tuple[str, ...]:
    """Warn, and give the line again as a note, if a stack as wide as a person is far too short and its voxels 1 mm.

    Args:
        ijk_to_ras: where the voxels lie (4x4).
        shape: number of voxels (T, K, J, I).
        path: the file.
    """
    _, slices, rows, columns = shape
    is_one = np.allclose(np.linalg.norm(ijk_to_ras[:3, :3], axis=0), 1, rtol=0, atol=1e-6)
    if not is_one or slices >= _SHORTEST_STACK_MM or min(rows, columns) < _PERSON_MM:
        return ()
    note = (
        f"a voxel is 1 x 1 x 1 mm by its header, and the stack of {slices} slices only {slices} mm long: if the "
        "spacing was lost, volumes are wrong: correct the header, or export it again"
    )
    _log.warning("%s: %s", path, note)
    return (note,)
