"""Where ITK, and so 3D Slicer, puts a NIfTI image: it has its own way to choose between qform and sform.

It is worked out here, as ITK 5.4 does (itkNiftiImageIO.cxx), because ITK only reads files, and takes their paths for
bytes: on Windows it does not find them in a folder such as "Jürgen". The library that it uses holds matrices in
float32; so they are rounded here too.

One choice of ITK's is left to chance: where both forms say the same but for rounding, and the sform does not lead to
the scanner's space, it compares singular vectors, whose signs are those of rounding errors. Here the qform is taken
then, as it is wherever the two differ.
"""

from __future__ import annotations

import math
import struct

import numpy as np
from numpy.typing import NDArray

from LVSegULib.reading.nifti_header import PIXDIM, SCANNER, NiftiHeader

_QUATERNION = 256
"""Where the quaternion lies in the header."""

_HALF_TURN = 1e-7
"""Below this square, a quaternion's first number is taken for 0."""

_MOST_LEAN = 1e-4
"""Cosine of two axes that ITK takes to be at right angles."""


def axes_and_origin(header: NiftiHeader) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The axes (3, 3), one a column, in mm a voxel, and the place of the first voxel's centre (3,) in mm, both in RAS.

    The directions are those of the form that ITK takes, the lengths those of `pixdim`.

    Returns:
        None where ITK finds no axes at right angles.
    """
    pixdim = _pixdim(header)
    spacing = pixdim[1:].astype(np.float64) * header.mm_per_unit
    if header.sform is None and not header.has_qform:
        return np.diag([-1.0, -1.0, 1.0]) * spacing, np.zeros(3)  # the axes of LPS
    with np.errstate(over="ignore", invalid="ignore"):  # absurd numbers are refused by who asks
        form = _form(header, pixdim)
        if form is None:
            return None
        directions = form[:, :3].astype(np.float64)
        lengths = np.linalg.norm(directions, axis=0)
        axes = directions / np.where(lengths > 0, lengths, 1.0) * spacing
    return axes, form[:, 3].astype(np.float64) * header.mm_per_unit


def _form(header: NiftiHeader, pixdim: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """The form (3, 4) that ITK takes, voxel indices to RAS mm."""
    sform = header.sform
    if sform is not None and (not header.has_qform or header.sform_code == SCANNER) and _is_straight(sform):
        return sform.astype(np.float32)
    return _qform(header, pixdim) if header.has_qform else None


def _pixdim(header: NiftiHeader) -> NDArray[np.float32]:
    """The handedness (less than 0 is left) and the voxel's size, as stored; 1 for a size that is none."""
    stored = np.array(struct.unpack_from(f"{header.order}4f", header.content, PIXDIM), np.float32)
    stored[1:] = np.where(np.isfinite(stored[1:]) & (stored[1:] != 0), stored[1:], 1)
    return stored


def _qform(header: NiftiHeader, pixdim: NDArray[np.float32]) -> NDArray[np.float32]:
    """The qform (3, 4): nifti1.h, method 2."""
    stored = np.array(struct.unpack_from(f"{header.order}6f", header.content, _QUATERNION), float)
    numbers = np.where(np.isfinite(stored), stored, 0.0)
    spacing = np.where(pixdim[1:] > 0, pixdim[1:], 1).astype(np.float64)
    spacing[2] *= -1.0 if pixdim[0] < 0 else 1.0
    axes = _rotation(*numbers[:3].tolist()) * spacing
    return np.column_stack([axes, numbers[3:]]).astype(np.float32)


def _rotation(b: float, c: float, d: float) -> NDArray[np.float64]:
    """The rotation (3, 3) of the quaternion a + bi + cj + dk of length 1 whose a is not negative."""
    square = 1.0 - (b * b + c * c + d * d)
    if square < _HALF_TURN:
        length = math.sqrt(b * b + c * c + d * d)
        a, b, c, d = 0.0, b / length, c / length, d / length
    else:
        a = math.sqrt(square)
    return np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
        ]
    )


def _is_straight(sform: NDArray[np.float64]) -> bool:
    """Whether the axes of a form (3, 4) have a length and are at right angles to each other."""
    sizes = np.linalg.svd(np.vstack([sform, [0.0, 0.0, 0.0, 1.0]]), compute_uv=False)
    if not sizes[-1] > np.finfo(np.float64).eps * sizes[0]:
        return False
    axes = sform[:, :3] / np.linalg.norm(sform[:, :3], axis=0)
    return bool((np.abs(axes @ axes.T - np.eye(3)) <= _MOST_LEAN).all())
