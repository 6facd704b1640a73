"""Bring a mask from its own grid onto an image's: voxels that coincide are copied, others take the nearest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_SHIFT = 0.25
"""Grids count as one where no voxel lies further beside another than this share of a voxel; the nearest is then it."""


def is_same_grid(
    mask_ijk_to_ras: NDArray[np.float64], shape: tuple[int, int, int], ijk_to_ras: NDArray[np.float64]
) -> bool:
    """Whether the voxels of an image (K, J, I) coincide with those of a mask's grid, which may begin elsewhere."""
    to_mask = _to_mask(mask_ijk_to_ras, ijk_to_ras)
    corners = np.stack([*np.meshgrid(*((0, size - 1) for size in shape[::-1]), indexing="ij"), np.ones((2, 2, 2))])
    moved = np.tensordot(to_mask, corners, 1)[:3] - corners[:3]
    return bool(np.abs(moved - np.rint(to_mask[:3, 3])[:, None, None, None]).max() < MOST_SHIFT)


def placed(
    mask: NDArray[np.bool_],
    mask_ijk_to_ras: NDArray[np.float64],
    shape: tuple[int, int, int],
    ijk_to_ras: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """`mask` on the grid of an image: each voxel is that of the mask whose centre is nearest, false outside.

    Args:
        mask: boolean array (K, J, I).
        mask_ijk_to_ras: where its voxels lie, in RAS mm.
        shape: shape of the image (K, J, I).
        ijk_to_ras: where the image's voxels lie, in RAS mm.
    """
    to_mask = _to_mask(mask_ijk_to_ras, ijk_to_ras)
    j, i = np.mgrid[: shape[1], : shape[2]]
    result = np.zeros(shape, bool)
    sizes = np.array(mask.shape[::-1])[:, None, None]
    for k in range(shape[0]):
        points = np.tensordot(to_mask[:3], np.stack([i, j, np.full_like(i, k), np.ones_like(i)]), 1)
        nearest = np.floor(points + 0.5).astype(np.int64)
        inside = ((nearest >= 0) & (nearest < sizes)).all(axis=0)
        result[k][inside] = mask[tuple(nearest[::-1, inside])]
    return result


def share_inside(
    mask: NDArray[np.bool_],
    mask_ijk_to_ras: NDArray[np.float64],
    shape: tuple[int, int, int],
    ijk_to_ras: NDArray[np.float64],
) -> float:
    """Share of the voxels of `mask` (K, J, I) whose centres lie inside an image, 0 to 1; 1.0 for an empty mask."""
    voxels = np.argwhere(mask)[:, ::-1]
    if not len(voxels):
        return 1.0
    to_image = np.linalg.inv(_to_mask(mask_ijk_to_ras, ijk_to_ras))
    points = voxels @ to_image[:3, :3].T + to_image[:3, 3]
    return float(((points > -0.5) & (points < np.array(shape[::-1]) - 0.5)).all(axis=1).mean())


def _to_mask(mask_ijk_to_ras: NDArray[np.float64], ijk_to_ras: NDArray[np.float64]) -> NDArray[np.float64]:
    """From voxel indices of the image to those of the mask."""
    return np.asarray(np.linalg.inv(mask_ijk_to_ras) @ ijk_to_ras)
