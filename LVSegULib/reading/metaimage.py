"""Read an image from a MetaImage file (.mha, .mhd).

The format: docs.itk.org, MetaIO. It is read here, and not by SimpleITK, because ITK's reader crashes on damaged headers
and gives noise for packed pixels that it could not unpack.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.reading.data_files import named_files
from LVSegULib.reading.header_lines import MOST_LINES, Field, read_line, rest_of_lines
from LVSegULib.reading.limits import refuse_far, refuse_too_large
from LVSegULib.reading.stored_image import (
    StoredImage,
    check_spacing,
    ijk_to_ras_of,
    impossible_directions,
    several_values,
    two_dimensional,
)
from LVSegULib.reading.stored_pixels import AT_THE_END, Encoding, StoredPixels
from LVSegULib.shown import shown

_TYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG": "i4",
    "MET_ULONG": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
_OTHER_NAMES = {
    "Rotation": "TransformMatrix",
    "Orientation": "TransformMatrix",
    "Position": "Offset",
    "Origin": "Offset",
    "ElementByteOrderMSB": "BinaryDataByteOrderMSB",
}
_LAST = "ElementDataFile"


@dataclass(frozen=True)
class _Header:
    """The fields of a header, where it ends, and the lines after a list of data files."""

    path: Path
    fields: dict[str, str]
    end: int
    listed: list[str]

    def field(self, name: str, default: str | None = None) -> Field:
        if name not in self.fields and default is None:
            raise InputError(f"{self.path}: its header does not say {name}: copy or export it again")
        return Field(self.path, name, self.fields.get(name, default or ""))

    def is_true(self, name: str, default: str = "False") -> bool:
        field = self.field(name, default)
        if field.text[:1].lower() not in ("t", "f", "1", "0"):
            raise field.wrong("True or False")
        return field.text[0].lower() in "t1"


def read_metaimage(path: Path) -> StoredImage:
    """Read a .mha or .mhd file.

    Raises:
        InputError: missing or damaged, 2-D, colours or vectors, or more than any cine has.
        GeometryError: impossible spacing, direction or origin.
    """
    header = _read_header(path)
    axes = header.field("NDims").whole(1, 10)
    sizes = header.field("DimSize").wholes(axes, 1, 2**40)
    channels = header.field("ElementNumberOfChannels", "1").whole(1, 2**31)
    if axes < 3:
        raise two_dimensional(path)
    if channels > 1:
        raise several_values(path, channels)
    if axes > 4:
        raise InputError(f"{path}: has {axes} axes, expected 3 (a stack) or 4 (a cine)")
    ijk_to_ras = _ijk_to_ras(header, axes)
    pixels: NDArray[Any] = _pixels(header, sizes).read().reshape(sizes[::-1])
    return StoredImage(pixels if axes == 4 else pixels[np.newaxis], ijk_to_ras)


def _read_header(path: Path) -> _Header:
    fields: dict[str, str] = {}
    with path.open("rb") as opened:
        for _ in range(MOST_LINES):
            line = read_line(opened, path)
            if line is None:
                break
            name, sign, value = line.partition("=" if "=" in line else ":")
            name = name.strip()
            if not sign or not name.isprintable():
                break
            if name in fields:
                raise InputError(f'{path}: its header says "{shown(name, 30)}" twice: remove one of them')
            fields[name] = value.strip()
            if name == _LAST:
                end = opened.tell()
                listed = rest_of_lines(opened, path) if fields[name].upper().startswith("LIST") else []
                known = {_OTHER_NAMES.get(name, name): value for name, value in fields.items()}
                return _Header(path, known | fields, end, listed)
    raise InputError(f"{path}: is no MetaImage, or its header is damaged or cut short: copy or export it again")


def _pixels(header: _Header, sizes: tuple[int, ...]) -> StoredPixels:
    path, kind, place = header.path, header.field("ElementType"), header.field(_LAST)
    code = _TYPES.get(kind.text.removesuffix("_ARRAY"))
    if code is None:
        raise kind.wrong("a type of grey values, such as MET_SHORT or MET_FLOAT")
    dtype = np.dtype(code).newbyteorder(">" if header.is_true("BinaryDataByteOrderMSB") else "<")
    refuse_too_large(path, sizes, dtype.itemsize)
    is_local = place.text.upper() == "LOCAL"
    files = (path,) if is_local else named_files(path, place.text, header.listed)
    before = header.field("HeaderSize", "0").whole(-1, 2**40)
    start = before if before > 0 else header.end if is_local else 0
    is_packed, is_text = header.is_true("CompressedData"), not header.is_true("BinaryData", "True")
    encoding: Encoding = "zlib" if is_packed else "text" if is_text else "raw"
    if before == AT_THE_END and encoding == "raw":
        start = AT_THE_END
    return StoredPixels(files, encoding, dtype, int(np.prod(sizes)), start)


def _ijk_to_ras(header: _Header, axes: int) -> NDArray[np.float64]:
    """ITK takes TransformMatrix for the axes' directions, one after the other, and all of it in LPS."""
    name = "ElementSpacing" if "ElementSpacing" in header.fields else "ElementSize"
    spacing_mm = header.field(name, " ".join(["1"] * axes)).numbers(axes)[:3]
    identity = " ".join(str(number) for number in np.eye(axes).ravel())
    directions = np.array(header.field("TransformMatrix", identity).numbers(axes * axes)).reshape(axes, axes)
    origin = np.array(header.field("Offset", " ".join(["0"] * axes)).numbers(axes)[:3])
    check_spacing(header.path, spacing_mm)
    refuse_far(header.path, origin)
    if not directions[:3, :3].any(axis=1).all():  # a direction of no length, which would make a voxel of no size
        raise impossible_directions(header.path)
    with np.errstate(over="ignore"):
        axes_mm = directions[:3, :3].T * np.array(spacing_mm)
    return ijk_to_ras_of(header.path, axes_mm, origin)
