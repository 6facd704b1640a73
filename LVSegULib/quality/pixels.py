"""Small steps over the slices of a cine that several signs share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
PerSlice = NDArray[np.float64]
"""A number for each slice (T, K); NaN where it cannot be told."""


def grown(mask: Mask) -> Mask:
    """`mask` (T, K, rows, columns) with the pixels beside it, along rows and columns."""
    wider = mask.copy()
    wider[:, :, 1:] |= mask[:, :, :-1]
    wider[:, :, :-1] |= mask[:, :, 1:]
    wider[..., 1:] |= mask[..., :-1]
    wider[..., :-1] |= mask[..., 1:]
    return wider


def counts(mask: Mask) -> PerSlice:
    """Pixels that are set in each slice of `mask` (T, K, rows, columns)."""
    return np.asarray(np.count_nonzero(mask, axis=(2, 3)), np.float64)


def sums(values: NDArray[np.float32], mask: Mask) -> PerSlice:
    """Sum of `values` over the pixels of each slice that are set in `mask`, both (T, K, rows, columns)."""
    return np.asarray(np.einsum("tkji,tkji->tk", values, mask, dtype=np.float64))


def beside(values: NDArray[Any], step: int, fill: float) -> NDArray[Any]:
    """What the slice `step` further on has: `values` (T, K, ...) moved by 1 or -1 slice, `fill` beyond the ends."""
    moved = np.full_like(values, fill)
    if step > 0:
        moved[:, :-1] = values[:, 1:]
    else:
        moved[:, 1:] = values[:, :-1]
    return moved


def where(condition: Mask, values: PerSlice) -> PerSlice:
    """`values` where `condition`, both (T, K), and NaN elsewhere."""
    return np.where(condition, values, np.nan)
