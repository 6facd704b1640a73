"""The header of a NIfTI-1 file, checked; what SimpleITK hides or refuses of it: zero spacing, axes off right angles."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.reading.damage import because, permitted
from LVSegULib.reading.limits import MOST_BEFORE_PIXELS, refuse_far, refuse_too_large
from LVSegULib.reading.right_angles import LEAN_OF_ROUNDING, MOST_LEAN, lean, refuse_leaning
from LVSegULib.reading.stored_pixels import StoredPixels

ORDERS: tuple[Literal["<"], Literal[">"]] = ("<", ">")

HEADER_BYTES = 348
"""Size of a NIfTI-1 header; offsets below are those of nifti1.h."""

_NIFTI_2_BYTES = 540
"""Size of a NIfTI-2 header (nifti2.h), which neither ITK nor 3D Slicer reads."""

_DIM, _DATATYPE, PIXDIM, _VOX_OFFSET, _SLOPE, _UNITS, _QFORM_CODE, _SFORM_CODE, _SFORM, _MAGIC = (
    40, 70, 76, 108, 112, 123, 252, 254, 280, 344
)  # fmt: skip
MOST_OFF = 1e-3
"""By how much, as a share, a voxel's size in pixdim and in the sform may differ by the rounding of stored numbers."""

_FIRST_PIXEL = 352
SCANNER, _ALIGNED = 1, 2
_METRES, _MICROMETRES = 1, 3
_MM_PER_UNIT = {_METRES: 1e3, _MICROMETRES: 1e-3}
_MS_PER_TIME_UNIT = {8: 1000.0, 16: 1.0, 24: 0.001}
TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"}
_COLOURS = {128: 3, 2304: 4}
_COMPLEX = (32, 1792, 2048)


@dataclass(frozen=True)
class NiftiHeader:
    """What is needed of a NIfTI-1 header.

    Attributes:
        path: the file.
        content: the header's bytes.
        order: "<" or ">", its byte order.
        shape: number of samples along each axis (I, J, K, T, ...).
        spacing: `pixdim` of these axes as stored, signs dropped; ITK would turn 0 into 1.
        frame_ms: time between frames in ms; None if the file has no time axis or gives no unit for it.
    """

    path: Path
    content: bytes
    order: Literal["<", ">"]
    shape: tuple[int, ...]
    spacing: tuple[float, ...]
    frame_ms: float | None

    @property
    def sform(self) -> NDArray[np.float64] | None:
        """The sform (3, 4), voxel indices to RAS mm; None if the header has none."""
        if self.sform_code <= 0:
            return None
        return np.array(struct.unpack_from(f"{self.order}12f", self.content, _SFORM), float).reshape(3, 4)

    @property
    def sform_code(self) -> int:
        """Which space the sform leads to: the scanner's (1), that of another image (2), an atlas (3, 4); 0 is none."""
        return int(self._number("h", _SFORM_CODE))

    @property
    def has_qform(self) -> bool:
        """Whether the header gives an orientation as a quaternion."""
        return self._number("h", _QFORM_CODE) > 0

    @property
    def mm_per_unit(self) -> float:
        """What the header's lengths are multiplied by to be in mm."""
        return _MM_PER_UNIT.get(self.content[_UNITS] & 7, 1.0)

    @property
    def scale(self) -> tuple[float, float]:
        """Slope and intercept from what is stored to what is meant; a slope of 0 or NaN says that they are the same.

        Raises:
            InputError: they are infinite, or the intercept is no number.
        """
        slope, intercept = struct.unpack_from(f"{self.order}2f", self.content, _SLOPE)
        if slope == 0 or math.isnan(slope):
            return 1.0, 0.0
        if not math.isfinite(slope) or not math.isfinite(intercept):
            raise InputError(f"{self.path}: its header scales pixels by {slope:g} and {intercept:g}: correct scl_slope")
        return slope, intercept

    @property
    def pixels(self) -> StoredPixels:
        """Where the pixels are.

        Raises:
            InputError: they are of a kind that is not read, more than any cine has, or lie nowhere.
        """
        code = int(self._number("h", _DATATYPE))
        if code in _COMPLEX:
            raise InputError(f"{self.path}: has complex pixels, expected magnitude images: export the magnitude")
        if code not in TYPES:
            raise InputError(f"{self.path}: its header says datatype {code}, expected grey values: export it again")
        dtype = np.dtype(TYPES[code]).newbyteorder(self.order)
        refuse_too_large(self.path, self.shape, dtype.itemsize)
        offset = self._number("f", _VOX_OFFSET) or _FIRST_PIXEL
        if not HEADER_BYTES <= offset <= MOST_BEFORE_PIXELS:
            raise InputError(
                f"{self.path}: its header says that pixels begin at byte {offset:g}: copy or export it again"
            )
        count, is_packed = math.prod(self.shape), _is_packed(self.path)
        start, skipped = (0, int(offset)) if is_packed else (int(offset), 0)
        return StoredPixels((self.path,), "gzip" if is_packed else "raw", dtype, count, start, skipped)

    @property
    def values_per_pixel(self) -> int:
        """More than one in images of colours or vectors."""
        return _COLOURS.get(int(self._number("h", _DATATYPE)), math.prod(self.shape[4:]))

    def _number(self, kind: str, offset: int) -> float:
        value: float = struct.unpack_from(self.order + kind, self.content, offset)[0]
        return value


def read_nifti_header(path: Path) -> NiftiHeader:
    """Read the header of a .nii or .nii.gz file.

    Raises:
        InputError: the file is cut short, damaged, not to be read, or no NIfTI-1 file.
    """
    try:
        with permitted(path), _opened(path) as opened:
            content = opened.read(HEADER_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: is cut short or damaged{because(error)}: copy or export it again") from error
    for order in ORDERS:
        size = struct.unpack_from(f"{order}i", content)[0] if len(content) == HEADER_BYTES else 0
        if size == HEADER_BYTES:
            return _parsed(path, content, order)
        if size == _NIFTI_2_BYTES:
            raise InputError(f"{path}: is a NIfTI-2 file, expected NIfTI-1: save it as NIfTI-1 or NRRD")
    raise InputError(f"{path}: is no NIfTI-1 file, or cut short inside its header: copy or export it again")


def _is_packed(path: Path) -> bool:
    with path.open("rb") as opened:
        return opened.read(2) == b"\x1f\x8b"


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO | gzip.GzipFile]:
    with gzip.open(path) if _is_packed(path) else path.open("rb") as opened:
        yield opened


def _parsed(path: Path, content: bytes, order: Literal["<", ">"]) -> NiftiHeader:
    axes, *counts = struct.unpack_from(f"{order}8h", content, _DIM)
    if not 1 <= axes <= 7 or min(counts[:axes]) < 1:
        sizes = " x ".join(map(str, counts[: max(1, min(axes, 7))]))
        raise InputError(f"{path}: its header says {axes} axes of {sizes} pixels: correct dim in the file's header")
    if content[_MAGIC : _MAGIC + 3] != b"n+1":
        raise InputError(f"{path}: does not hold its pixels, or is no NIfTI-1 file: save it as one file")
    pixdim: tuple[Any, ...] = struct.unpack_from(f"{order}8f", content, PIXDIM)
    per_unit = _MS_PER_TIME_UNIT.get(content[_UNITS] & 0x38)
    has_time = axes > 3 and counts[3] > 1 and per_unit is not None
    return NiftiHeader(
        path=path,
        content=content,
        order=order,
        shape=tuple(counts[:axes]),
        spacing=tuple(abs(size) for size in pixdim[1 : axes + 1]),
        frame_ms=pixdim[4] * per_unit if has_time and per_unit else None,
    )


def has_leaning_sform(header: NiftiHeader) -> bool:
    """Whether the axes of a file's sform lean a little, so that ITK may refuse them where they count.

    Raises:
        GeometryError: the axes lean more than is straightened, and no quaternion says better; or the sform is none.
    """
    sform = header.sform
    if sform is None:
        return False
    refuse_far(header.path, sform[:, 3])
    if not np.isfinite(sform).all():  # ITK would write to the terminal about it
        refuse_leaning(np.nan, header.path)
    found = lean(sform[:, :3])
    if not found <= MOST_LEAN and header.has_qform:
        return False
    refuse_leaning(found, header.path)
    return found > LEAN_OF_ROUNDING


@dataclass(frozen=True)
class TwoSizes:
    """A header that contradicts itself: its sform has voxels of another size than pixdim.

    Attributes:
        takes_sform: whether the sform says where the image lies; otherwise the qform does, whose voxels are pixdim's.
        note: what the user is told; "" where the sform leads to an atlas, which may well have another scale.
    """

    takes_sform: bool
    note: str


def two_sizes(header: NiftiHeader) -> TwoSizes | None:
    """What to make of a header that gives two sizes of its voxels; None if it gives one.

    Of qform and sform the one counts that ITK follows: an sform that leads to the scanner's space before the qform, and
    the qform before any other. The size is that of the form that counts: for a qform pixdim (nifti1.h, method 2), for
    an sform the lengths of its columns (method 3, which ITK only takes the directions from).
    """
    sform = header.sform
    if sform is None or not lean(sform[:, :3]) <= MOST_LEAN:
        return None
    sizes = np.linalg.norm(sform[:, :3], axis=0)
    stored = header.spacing[:3]
    if np.allclose(sizes, stored, rtol=MOST_OFF, atol=0):
        return None
    takes_sform = not header.has_qform or header.sform_code == SCANNER
    if not takes_sform and header.sform_code > _ALIGNED:
        return TwoSizes(takes_sform, "")
    by_sform, by_pixdim = (" x ".join(f"{size:.4g}" for size in each) for each in (sizes, stored))
    return TwoSizes(
        takes_sform,
        f"the file's header contradicts itself, a voxel is {by_sform} in its sform and {by_pixdim} in its pixdim: the "
        f"{'sform' if takes_sform else 'pixdim, which its qform goes by,'} was taken",
    )
