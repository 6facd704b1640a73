"""Write a label map as NIfTI on the input's own grid: 3-D for one frame, 4-D for a beat.

The file is written here rather than by ITK, which takes a path for bytes: on Windows it writes "Müller" under another
name. The header says what ITK's says, but for the sform.
"""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.atomic import written_whole
from LVSegULib.errors import OutputError
from LVSegULib.reading.nifti_header import TYPES
from LVSegULib.reading.right_angles import straightened

_HEADER = "<i34xcx8h14x2h2x8f3f3xB128x2h18f16x4s4x"
"""sizeof_hdr, regular, dim, datatype, bitpix, pixdim, vox_offset, scl_slope, scl_inter, xyzt_units, qform_code,
sform_code, quatern_b to d, qoffset_x to z and srow_x to z, magic and "no extensions", in the order of nifti1.h."""

_MILLIMETRES, _SECONDS, _SCANNER = 2, 8, 1
_CODES = {np.dtype(kind): code for code, kind in TYPES.items()}
_MOST_ALONG_AXIS = 32767


def write_label_map(
    path: Path, labels: NDArray[Any], ijk_to_ras: NDArray[np.float64], step_ms: float | None = None
) -> None:
    """Write `labels`, voxel for voxel where the input's are.

    The qform can only say axes at right angles, which those of public cardiac files are not quite: it is given the
    nearest ones, and the sform says the matrix itself.

    Args:
        path: file to write, ending in `.nii.gz`.
        labels: label values (T, K, J, I); any numbers, such as an image's, are kept in their type.
        ijk_to_ras: 4x4 matrix from voxel indices (i, j, k, 1) to RAS millimetres.
        step_ms: time from frame to frame in ms, or None where it is not known.

    Raises:
        OutputError: the file cannot be written, or an axis is longer than NIfTI can say.
    """
    array = labels[0] if len(labels) == 1 else labels
    if max(array.shape) > _MOST_ALONG_AXIS:
        size = " x ".join(map(str, reversed(array.shape)))
        raise OutputError(f"cannot write {path}: {size} voxels, NIfTI holds up to {_MOST_ALONG_AXIS} along an axis")
    content = _header(array, ijk_to_ras, step_ms) + array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    with written_whole(path) as beside:
        beside.write_bytes(gzip.compress(content, compresslevel=5, mtime=0))


def _header(array: NDArray[Any], ijk_to_ras: NDArray[np.float64], step_ms: float | None) -> bytes:
    """The 352 bytes before the voxels of (K, J, I) or (T, K, J, I)."""
    kind = array.dtype.newbyteorder("=")
    axes = straightened(ijk_to_ras[:3, :3])
    spacing = np.linalg.norm(axes, axis=0)
    handedness, *turn = _quaternion(axes / spacing)
    step = [(step_ms or 1000.0) / 1000.0] if array.ndim == 4 else []
    return struct.pack(
        _HEADER,
        struct.calcsize(_HEADER) - 4,
        b"r",
        *_filled([array.ndim, *reversed(array.shape)], 1),
        _CODES[kind],
        kind.itemsize * 8,
        *_filled([handedness, *spacing, *step], 0),
        struct.calcsize(_HEADER),
        1,
        0,
        _MILLIMETRES | _SECONDS,
        _SCANNER,
        _SCANNER,
        *turn,
        *ijk_to_ras[:3, 3],
        *ijk_to_ras[:3].ravel(),
        b"n+1",
    )


def _quaternion(directions_ras: NDArray[np.float64]) -> tuple[float, ...]:
    """`qfac`, `quatern_b`, `quatern_c` and `quatern_d` of nifti1.h for axes (3, 3) at right angles, one a column.

    It is the eigenvector of the largest eigenvalue (Bar-Itzhack: J Guid Control Dyn 2000, doi 10.2514/2.4654).
    """
    handedness = float(np.sign(np.linalg.det(directions_ras)))
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = directions_ras * [1.0, 1.0, handedness]
    products = [
        [xx - yy - zz, xy + yx, xz + zx, zy - yz],
        [xy + yx, yy - xx - zz, yz + zy, xz - zx],
        [xz + zx, yz + zy, zz - xx - yy, yx - xy],
        [zy - yz, xz - zx, yx - xy, xx + yy + zz],
    ]
    *bcd, real = np.linalg.eigh(products).eigenvectors[:, -1].tolist()
    leading = next(number for number in (real, *bcd) if abs(number) > 1e-9)  # of half turns, the real part is 0
    return handedness, *(number * np.sign(leading) for number in bcd)


def _filled(numbers: list[Any], rest: int) -> list[Any]:
    """The eight numbers of `dim` or `pixdim`."""
    return numbers + [rest] * (8 - len(numbers))
