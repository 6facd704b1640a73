"""What SimpleITK hides or refuses of a NIfTI file: zero spacing, NaN, missing bytes, axes a little off right angles."""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.reading.right_angles import LEAN_OF_ROUNDING, MOST_LEAN, lean, refuse_leaning, straightened

HEADER_BYTES = 348
"""Size of a NIfTI-1 header; offsets below are those of nifti1.h."""

_DIM, _DATATYPE, _PIXDIM, _VOX_OFFSET, _UNITS, _QFORM_CODE, _SFORM_CODE, _SFORM = 40, 70, 76, 108, 123, 252, 254, 280
_MS_PER_TIME_UNIT = {8: 1000.0, 16: 1.0, 24: 0.001}
_FLOATS = {16: "f4", 64: "f8"}


@dataclass(frozen=True)
class NiftiFile:
    """A NIfTI-1 file's bytes, decompressed, and what is needed of its header.

    Attributes:
        content: the whole file.
        order: "<" or ">", its byte order.
        shape: number of samples along each axis (I, J, K, T, ...).
        spacing: `pixdim` of these axes as stored, signs dropped; ITK would turn 0 into 1.
        frame_ms: time between frames in ms; None if the file has no time axis or gives no unit for it.
    """

    content: bytes
    order: str
    shape: tuple[int, ...]
    spacing: tuple[float, ...]
    frame_ms: float | None

    @property
    def sform(self) -> NDArray[np.float64] | None:
        """The sform (3, 4), voxel indices to RAS mm; None if the header has none."""
        if self._number("h", _SFORM_CODE) <= 0:
            return None
        return np.array(struct.unpack_from(f"{self.order}12f", self.content, _SFORM), float).reshape(3, 4)

    @property
    def has_qform(self) -> bool:
        """Whether the header gives an orientation as a quaternion."""
        return self._number("h", _QFORM_CODE) > 0

    def not_finite(self) -> int:
        """How many pixels are NaN or infinite; ITK would turn them into 0."""
        kind = _FLOATS.get(int(self._number("h", _DATATYPE)))
        if kind is None:
            return 0
        offset, count = self._pixel_place()
        values = np.frombuffer(self.content, f"{self.order}{kind}", count, offset)
        return int(np.count_nonzero(~np.isfinite(values)))

    def missing_bytes(self) -> int:
        """How many bytes of pixels the header promises and the file does not hold."""
        offset, count = self._pixel_place()
        return max(0, offset + count * int(self._number("h", _DATATYPE + 2)) // 8 - len(self.content))

    def _pixel_place(self) -> tuple[int, int]:
        return int(self._number("f", _VOX_OFFSET)), int(np.prod(self.shape))

    def _number(self, kind: str, offset: int) -> float:
        value: float = struct.unpack_from(self.order + kind, self.content, offset)[0]
        return value


def read_nifti_file(path: Path) -> NiftiFile:
    """Read a .nii or .nii.gz file without decoding its pixels.

    Raises:
        InputError: the file is cut short, damaged, or no NIfTI-1 file.
    """
    content = _content(path)
    for order in "<>":
        if len(content) >= HEADER_BYTES and struct.unpack_from(f"{order}i", content)[0] == HEADER_BYTES:
            file = _parsed(content, order)
            if file.missing_bytes():
                raise InputError(f"{path}: is cut short by {file.missing_bytes()} bytes: copy or export it again")
            return file
    raise InputError(f"{path}: is no NIfTI-1 file, or cut short inside its header: copy or export it again")


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: is cut short or damaged ({error}): copy or export it again") from error


def _parsed(content: bytes, order: str) -> NiftiFile:
    axes, *counts = struct.unpack_from(f"{order}8h", content, _DIM)
    pixdim = struct.unpack_from(f"{order}8f", content, _PIXDIM)
    axes = min(max(axes, 0), 7)
    per_unit = _MS_PER_TIME_UNIT.get(content[_UNITS] & 0x38)
    has_time = axes > 3 and counts[3] > 1 and per_unit is not None
    return NiftiFile(
        content=content,
        order=order,
        shape=tuple(counts[:axes]),
        spacing=tuple(abs(size) for size in pixdim[1 : axes + 1]),
        frame_ms=pixdim[4] * per_unit if has_time and per_unit else None,
    )


def leaning(file: NiftiFile, path: Path) -> float:
    """How much a file's axes lean where ITK may refuse them, 0.0 where it can take the file as it is.

    Raises:
        GeometryError: the axes lean more than is straightened, and no quaternion says better.
    """
    found = lean(file.sform[:, :3]) if file.sform is not None else 0.0
    if not found <= MOST_LEAN and file.has_qform:
        return 0.0
    refuse_leaning(found, path)
    return found if found > LEAN_OF_ROUNDING else 0.0


def write_straightened(file: NiftiFile, out: Path) -> None:
    """Write the file to `out` (.nii), its sform straightened, the axes' lengths in pixdim, pixels untouched."""
    sform = file.sform
    if sform is None:
        raise ValueError("only a file with an sform can be straightened")
    sform[:, :3] = straightened(sform[:, :3])
    content = bytearray(file.content)
    lengths = np.linalg.norm(sform[:, :3], axis=0)
    struct.pack_into(f"{file.order}3f", content, _PIXDIM + 4, *lengths)
    struct.pack_into(f"{file.order}12f", content, _SFORM, *sform.ravel())
    struct.pack_into(f"{file.order}h", content, _QFORM_CODE, 0)
    out.write_bytes(content)
