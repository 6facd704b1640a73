"""Where the pixels of an uncompressed single image lie in its file, so that they are read without parsing it again."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from LVSegULib.reading import dicom_meaning
from LVSegULib.reading.dicom_meaning import Meaning, meaning_of
from LVSegULib.reading.dicom_values import frames_of, number_of, transfer_syntax_of, whole_of

TAGS = ("HighBit", *dicom_meaning.TAGS)
"""What `find_plain_pixels` needs beyond rows and columns."""

_PIXEL_DATA = (0x7FE0, 0x0010)
_LONG_VALUES = (b"OW", b"OB")

PADDING_BYTES = 1
"""Values have an even number of bytes (DICOM PS3.5, 7.1.1)."""


@dataclass(frozen=True)
class PlainPixels:
    """How one image's pixels are stored.

    Attributes:
        offset: where they begin in the file, bytes.
        dtype: of a pixel, little-endian.
        unused_bits: highest bits of a pixel that mean nothing.
        meaning: what the scanner meant by them.
    """

    offset: int
    dtype: str
    unused_bits: int
    meaning: Meaning

    def read(self, path: Path, size: tuple[int, int]) -> NDArray[Any]:
        """The pixels as stored (rows x columns,); fewer than there should be if the file has become shorter."""
        stored = np.fromfile(path, self.dtype, size[0] * size[1], offset=self.offset)
        if self.unused_bits:
            stored = (stored << self.unused_bits) >> self.unused_bits
        return stored


def find_plain_pixels(dataset: Dataset, file: BinaryIO) -> PlainPixels | None:
    """Where the pixels are, or None if they are compressed, too few or too many, several images, or of an unusual kind.

    Args:
        dataset: the header, with `TAGS`.
        file: the file, at the element of the pixels, where reading the header stopped.
    """
    syntax, rows, columns = transfer_syntax_of(dataset), whole_of(dataset, "Rows"), whole_of(dataset, "Columns")
    bits, stored, highest = (whole_of(dataset, name) or 0 for name in ("BitsAllocated", "BitsStored", "HighBit"))
    if (
        syntax not in (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
        or frames_of(dataset) != 1
        or bits not in (8, 16)
        or not 0 < stored <= bits
        or ("HighBit" in dataset and highest != stored - 1)
    ):
        return None
    offset = _value_offset(file, (rows or 0) * (columns or 0) * bits // 8, syntax == ExplicitVRLittleEndian)
    if offset is None:
        return None
    kind = "i" if whole_of(dataset, "PixelRepresentation") else "u"
    meaning = meaning_of(dataset, number_of(dataset, "RescaleSlope"), number_of(dataset, "RescaleIntercept"))
    return None if meaning.is_blank else PlainPixels(offset, f"<{kind}{bits // 8}", bits - stored, meaning)


def _value_offset(file: BinaryIO, needed: int, is_explicit: bool) -> int | None:
    """Where the value of the pixels' element begins, if `file` stands at it and holds just the `needed` bytes."""
    start = file.tell()
    head = file.read(12 if is_explicit else 8)
    if len(head) < 8 or struct.unpack("<HH", head[:4]) != _PIXEL_DATA:
        return None
    if is_explicit and (head[4:6] not in _LONG_VALUES or len(head) < 12):
        return None
    (length,) = struct.unpack("<I", head[-4:])
    offset = start + len(head)
    is_whole = needed <= length <= needed + PADDING_BYTES and file.seek(0, 2) >= offset + needed
    return offset if is_whole else None
