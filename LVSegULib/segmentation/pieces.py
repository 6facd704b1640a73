"""Connected pieces of a mask, slice by slice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def pieces_of_each_slice(mask: NDArray[np.bool_], *, diagonal: bool) -> tuple[NDArray[np.int32], int]:
    """Number each connected piece of each slice of `mask` (K, J, I) from 1, slice after slice, and count them.

    Args:
        mask: boolean array (K, J, I).
        diagonal: whether pixels that touch at a corner are connected.
    """
    neighbours = np.zeros((3, 3, 3), bool)
    neighbours[1] = ndimage.generate_binary_structure(2, 2 if diagonal else 1)
    pieces, count = ndimage.label(mask, structure=neighbours)
    return pieces, int(count)
