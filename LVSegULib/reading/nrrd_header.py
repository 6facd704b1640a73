"""The header of a NRRD file, checked: what its pixels are, where they lie, and what is said of its axes.

The format: teem.sourceforge.net/nrrd/format.html. It is read here, and not by SimpleITK, because ITK's reader overruns
its memory on damaged headers and does not look at the checksum of packed pixels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

from LVSegULib.errors import InputError
from LVSegULib.reading.data_files import named_files
from LVSegULib.reading.header_lines import MOST_LINES, Field, numbers_in, read_line, rest_of_lines
from LVSegULib.reading.limits import MOST_BEFORE_PIXELS, refuse_too_large
from LVSegULib.reading.stored_pixels import AT_THE_END, Encoding, StoredPixels
from LVSegULib.shown import shown

MOST_AXES = 16

_MOST_COUNTED = 2**40
"""Of samples along an axis, and of bytes before raw pixels: what a file of any size can have."""

_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_CODES = {name: code for code, names in _TYPES.items() for name in names}
_ENCODINGS: dict[str, Encoding] = {
    "raw": "raw",
    **dict.fromkeys(("txt", "text", "ascii"), "text"),
    "hex": "hex",
    **dict.fromkeys(("gz", "gzip"), "gzip"),
    **dict.fromkeys(("bz2", "bzip2"), "bzip2"),
}
_ORDERS: dict[str, Literal["<", ">"]] = {"little": "<", "big": ">"}
_OTHER_NAMES = {"datafile": "data file", "lineskip": "line skip", "byteskip": "byte skip"}


@dataclass(frozen=True)
class NrrdHeader:
    """What a NRRD header says.

    Attributes:
        path: the file.
        sizes: samples along each axis, the fastest first.
        pixels: where they are.
        fields: the header's fields by their names in lower case.
        keys: its pairs of key and value.
    """

    path: Path
    sizes: tuple[int, ...]
    pixels: StoredPixels
    fields: dict[str, str]
    keys: dict[str, str]

    def field(self, name: str) -> Field | None:
        """A field, if it is there."""
        return Field(self.path, name, self.fields[name]) if name in self.fields else None

    def words(self, name: str) -> tuple[str, ...]:
        """A field's word for each axis, "" where the header has none: units and labels may stand in quotes."""
        words = re.findall(r'"[^"]*"|\S+', self.fields.get(name, ""))[: len(self.sizes)]
        return tuple(word.strip('"') for word in words) + ("",) * (len(self.sizes) - len(words))

    def vectors(self, name: str) -> list[tuple[float, ...] | None]:
        """A field's vectors, None where it says none or NaN.

        Raises:
            InputError: it says something else.
        """
        field = Field(self.path, name, self.fields.get(name, ""))
        words = re.findall(r"\([^()]*\)|[^\s()]+", field.text)[: MOST_AXES + 1]
        return [_vector(field, word) for word in words]


def _vector(field: Field, word: str) -> tuple[float, ...] | None:
    if word.lower() == "none":
        return None
    numbers = numbers_in(word.strip("()").replace(",", " "))
    if not numbers or not word.startswith("("):
        raise field.wrong("vectors, such as (1.5,0,0)")
    return None if np.isnan(numbers).all() else numbers


def read_nrrd_header(path: Path) -> NrrdHeader:
    """Read the header of a .nrrd or .nhdr file.

    Raises:
        InputError: it is no NRRD, damaged, speaks of more than any cine has, or names no file for its pixels.
    """
    with path.open("rb") as opened:
        if not re.match(rb"NRRD000[1-9]", opened.readline(16)):
            raise InputError(f"{path}: is no NRRD file, or cut short inside its header: copy or export it again")
        fields, keys, listed = _read_lines(path, opened)
        end = opened.tell()
    sizes = _sizes(path, fields)
    return NrrdHeader(path, sizes, _pixels(path, fields, sizes, end, listed), fields, keys)


def _read_lines(path: Path, opened: BinaryIO) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Fields, keys, and the lines after a list of data files."""
    fields: dict[str, str] = {}
    keys: dict[str, str] = {}
    for number in range(2, MOST_LINES):
        line = read_line(opened, path)
        if not line:
            return fields, keys, []
        if line.startswith("#"):
            continue
        name, colon, value = line.partition(":")
        if not colon:
            raise InputError(f"{path}: line {number} of its header is no field of NRRD: copy or export it again")
        if value.startswith("="):
            keys[name.strip()] = value[1:]
            continue
        name = name.strip().lower()
        name = _OTHER_NAMES.get(name, name)
        if name in fields:
            raise InputError(f'{path}: its header says "{shown(name, 30)}" twice: remove one of them')
        fields[name] = value.strip()
        if name == "data file" and fields[name].upper().startswith("LIST"):
            return fields, keys, rest_of_lines(opened, path)
    raise InputError(f"{path}: its header has more than {MOST_LINES} lines: copy or export it again")


def _required(path: Path, fields: dict[str, str], name: str) -> Field:
    if name not in fields:
        raise InputError(f'{path}: its header does not say "{name}", or ends early: copy or export it again')
    return Field(path, name, fields[name])


def _sizes(path: Path, fields: dict[str, str]) -> tuple[int, ...]:
    axes = _required(path, fields, "dimension").whole(1, MOST_AXES)
    return _required(path, fields, "sizes").wholes(axes, 1, _MOST_COUNTED)


def _pixels(path: Path, fields: dict[str, str], sizes: tuple[int, ...], end: int, listed: list[str]) -> StoredPixels:
    kind, packing = _required(path, fields, "type"), _required(path, fields, "encoding")
    code, encoding = _CODES.get(kind.text.lower()), _ENCODINGS.get(packing.text.lower())
    if code is None:
        raise kind.wrong("a type of grey values, such as short or float")
    if encoding is None:
        raise packing.wrong(f"one of {', '.join(_ENCODINGS)}")
    dtype = np.dtype(code)
    if dtype.itemsize > 1 and encoding != "text":
        order = _required(path, fields, "endian")
        if order.text.lower() not in _ORDERS:
            raise order.wrong("little or big")
        dtype = dtype.newbyteorder(_ORDERS[order.text.lower()])
    refuse_too_large(path, sizes, dtype.itemsize)
    files = named_files(path, fields["data file"], listed) if "data file" in fields else (path,)
    start, skipped = _start(path, fields, encoding, 0 if "data file" in fields else end, files[0])
    return StoredPixels(files, encoding, dtype, int(np.prod(sizes)), start, skipped)


def _start(path: Path, fields: dict[str, str], encoding: Encoding, start: int, file: Path) -> tuple[int, int]:
    """Where the pixels begin in each file, and how many unpacked bytes come before them."""
    lines = Field(path, "line skip", fields.get("line skip", "0")).whole(0, MOST_LINES)
    most = _MOST_COUNTED if encoding == "raw" else MOST_BEFORE_PIXELS  # what is packed is unpacked to be passed over
    skipped = Field(path, "byte skip", fields.get("byte skip", "0")).whole(-1, most)
    if skipped < 0:
        if encoding != "raw":
            raise InputError(f"{path}: its header says byte skip -1, which only raw pixels can have: correct it")
        return AT_THE_END, 0
    if lines:
        with file.open("rb") as opened:
            opened.seek(start)
            for _ in range(lines):
                if read_line(opened, file) is None:
                    break
            start = opened.tell()
    return (start + skipped, 0) if encoding == "raw" else (start, skipped)
