"""The few fields of a NIfTI header that SimpleITK hides or refuses, and a repaired copy that it accepts."""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError, InputError

MOST_LEAN = 1e-3
"""Direction columns may deviate this much from orthonormal (0.1 mm over 100 mm) and are then straightened."""

_MS_PER_TIME_UNIT = {8: 1000.0, 16: 1.0, 24: 0.001}
"""NIfTI-1 time codes (nifti1.h): seconds, milliseconds, microseconds."""


@dataclass(frozen=True)
class _Layout:
    """Where NIfTI-1 or NIfTI-2 keeps its fields: byte offsets and the struct letters of integers and reals."""

    size: int
    whole: str
    real: str
    dim: int
    pixdim: int
    units: int
    qform_code: int
    sform_code: int
    sform: int
    code: str


_NIFTI_1 = _Layout(348, "h", "f", 40, 76, 123, 252, 254, 280, "h")
_NIFTI_2 = _Layout(540, "q", "d", 16, 104, 500, 344, 348, 400, "i")


@dataclass(frozen=True)
class NiftiHeader:
    """What is needed of a header.

    Attributes:
        shape: number of samples along each axis (I, J, K, T, ...).
        spacing: `pixdim` of these axes as stored, signs dropped; ITK would turn 0 into 1.
        frame_ms: time between frames in ms; None if the file has no time axis or gives no unit for it.
        raw: the header's own bytes.
    """

    shape: tuple[int, ...]
    spacing: tuple[float, ...]
    frame_ms: float | None
    raw: bytes
    order: str
    layout: _Layout

    @property
    def sform(self) -> NDArray[np.float64]:
        """The rows of the sform (3, 4), voxel indices to RAS mm."""
        values = struct.unpack_from(f"{self.order}12{self.layout.real}", self.raw, self.layout.sform)
        return np.array(values, float).reshape(3, 4)


def read_header(path: Path) -> NiftiHeader:
    """Read the header of a .nii or .nii.gz file.

    Raises:
        InputError: the file is cut short or no NIfTI file.
    """
    try:
        with _opened(path) as file:
            raw = file.read(_NIFTI_2.size)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read as NIfTI ({error}): copy or export it again") from error
    for layout in (_NIFTI_1, _NIFTI_2):
        for order in "<>":
            if len(raw) >= layout.size and struct.unpack_from(f"{order}i", raw)[0] == layout.size:
                return _parsed(raw[: layout.size], order, layout)
    raise InputError(f"{path}: is no NIfTI file, or cut short inside its header: copy or export it again")


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    file = path.open("rb")
    is_compressed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if is_compressed else file


def _parsed(raw: bytes, order: str, layout: _Layout) -> NiftiHeader:
    count, *shape = struct.unpack_from(f"{order}8{layout.whole}", raw, layout.dim)
    pixdim = struct.unpack_from(f"{order}8{layout.real}", raw, layout.pixdim)
    units = raw[layout.units] if layout is _NIFTI_1 else struct.unpack_from(f"{order}i", raw, layout.units)[0]
    per_unit = _MS_PER_TIME_UNIT.get(units & 0x38)
    count = min(max(count, 0), 7)
    has_time = count > 3 and shape[3] > 1 and per_unit is not None and pixdim[4] > 0
    return NiftiHeader(
        shape=tuple(shape[:count]),
        spacing=tuple(abs(size) for size in pixdim[1 : count + 1]),
        frame_ms=pixdim[4] * per_unit if has_time and per_unit else None,
        raw=raw,
        order=order,
        layout=layout,
    )


def lean(directions: NDArray[np.float64]) -> float:
    """How far the columns of a 3x3 matrix are from orthonormal, once normalised: largest error of a dot product."""
    columns = directions / np.linalg.norm(directions, axis=0)
    return float(np.abs(columns.T @ columns - np.eye(3)).max())


def straightened(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 3x3 matrix with the same column lengths whose columns are the nearest orthogonal ones (polar decomposition)."""
    lengths = np.linalg.norm(matrix, axis=0)
    left, _, right = np.linalg.svd(matrix / lengths)
    return np.asarray((left @ right) * lengths)


def write_straightened(path: Path, header: NiftiHeader, out: Path) -> float:
    """Write an uncompressed copy of `path` to `out` whose sform is exactly orthogonal, pixels untouched.

    Returns:
        The lean that was taken out (see `lean`).

    Raises:
        GeometryError: the axes lean more than `MOST_LEAN`, or have no length at all.
    """
    matrix = header.sform[:, :3]
    if not np.isfinite(matrix).all() or (np.linalg.norm(matrix, axis=0) == 0).any():
        raise GeometryError(f"{path}: its orientation matrix (sform) is empty: correct it in the file's header")
    found = lean(matrix)
    if found > MOST_LEAN:
        raise GeometryError(
            f"{path}: its axes are not at right angles (off by {found:.2g}, up to {MOST_LEAN:g} is taken): "
            "resample the image to a straight grid first"
        )
    out.write_bytes(_repaired(header) + _pixels(path, header))
    return found


def _repaired(header: NiftiHeader) -> bytes:
    layout, order = header.layout, header.order
    sform = header.sform
    sform[:, :3] = straightened(sform[:, :3])
    raw = bytearray(header.raw)
    lengths = np.linalg.norm(sform[:, :3], axis=0)
    struct.pack_into(f"{order}3{layout.real}", raw, layout.pixdim + struct.calcsize(layout.real), *lengths)
    struct.pack_into(f"{order}12{layout.real}", raw, layout.sform, *sform.ravel())
    struct.pack_into(f"{order}{layout.code}", raw, layout.qform_code, 0)
    struct.pack_into(f"{order}{layout.code}", raw, layout.sform_code, 1)
    return bytes(raw)


def _pixels(path: Path, header: NiftiHeader) -> bytes:
    try:
        with _opened(path) as file:
            return file.read()[len(header.raw) :]
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: is cut short or damaged ({error}): copy or export it again") from error
