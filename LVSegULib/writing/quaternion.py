"""The quaternion of a NIfTI-1 header, bit for bit the one that ITK writes for the same axes.

ITK uses the NIfTI library (nifti1_io), which works in float32 and finds the nearest axes at right angles by Newton's
iteration. Where it rounds to float32, this does, so that files stay the same down to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_CONVERGED = 3e-6
"""Sum of the changes of all nine numbers by a step that was the last."""

_FAR = 0.3
"""The same of steps that are scaled."""

_MOST_STEPS = 101


def quaternion(directions_ras: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """`qfac`, `quatern_b`, `quatern_c` and `quatern_d` of nifti1.h.

    Args:
        directions_ras: the directions of the axes in RAS, one a column (3, 3), of length 1 and at right angles.

    Returns:
        -1 for left-handed axes or else 1, and the quaternion's b, c and d of the axes, the third one turned round
        where they are left-handed.
    """
    rows = directions_ras.astype(np.float32).T
    square = rows * rows
    lengths = np.sqrt((square[:, 0] + square[:, 1] + square[:, 2]).astype(np.float64))
    axes = _nearest_rotation(rows * (1 / lengths).astype(np.float32)[:, np.newaxis]).T.astype(np.float64)
    lengths = np.sqrt(axes[0] ** 2 + axes[1] ** 2 + axes[2] ** 2)
    axes = _nearest_rotation((axes / lengths).astype(np.float32)).astype(np.float64)
    handedness = 1.0 if _determinant(axes) > 0 else -1.0
    axes[:, 2] *= handedness
    b, c, d = _of_rotation(axes)
    return handedness, b, c, d


def _of_rotation(axes: NDArray[np.float64]) -> tuple[float, float, float]:
    """b, c and d of a rotation's quaternion a + bi + cj + dk whose a is not negative.

    Each row of the table is the quaternion times four of its own numbers; one that is far from 0 is taken.
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = axes.tolist()
    table = (
        (xx + yy + zz + 1, zy - yz, xz - zx, yx - xy),
        (zy - yz, 1 + xx - (yy + zz), xy + yx, xz + zx),
        (xz - zx, xy + yx, 1 + yy - (xx + zz), yz + zy),
        (yx - xy, xz + zx, yz + zy, 1 + zz - (xx + yy)),
    )
    row = 0 if table[0][0] > 0.5 else next((row for row in (1, 2) if table[row][row] > 1), 3)
    a, b, c, d = (number / (2 * table[row][row] ** 0.5) for number in table[row])
    return (-b, -c, -d) if a < 0 else (b, c, d)


def _nearest_rotation(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """The nearest matrix at right angles: N. J. Higham, SIAM J Sci Stat Comput 7 (1986) 1160, with float32 between."""
    change = 1.0
    for _ in range(_MOST_STEPS):
        inverse = _inverse(matrix)
        scale = np.float32(1)
        if change > _FAR:
            scale = np.sqrt(np.float64(_size(inverse) / _size(matrix))).astype(np.float32)
        unscale = (1 / np.float64(scale)).astype(np.float32)
        following = np.float32(0.5) * (scale * matrix + unscale * inverse.T)
        change = float(np.abs(following - matrix).sum(dtype=np.float64))
        matrix = following
        if change < _CONVERGED:
            break
    return matrix


def _inverse(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    exact = matrix.astype(np.float64)
    columns = [np.cross(exact[row - 2], exact[row - 1]) for row in range(3)]
    return np.asarray(np.stack(columns, axis=1) * (1 / _determinant(exact)), np.float32)


def _determinant(matrix: NDArray[np.float64]) -> float:
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = matrix.tolist()
    determinant: float = xx * yy * zz - xx * zy * yz - yx * xy * zz + yx * zy * xz + zx * xy * yz - zx * yy * xz
    return determinant


def _size(matrix: NDArray[np.float32]) -> Any:
    """The square root of the largest sum of a row's numbers times that of a column's, without their signs."""
    numbers = np.abs(matrix.astype(np.float64))
    largest = [numbers.sum(axis=axis).astype(np.float32).max() for axis in (0, 1)]
    return np.sqrt(np.float64(largest[0] * largest[1])).astype(np.float32)
