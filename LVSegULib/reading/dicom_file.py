"""DICOM files, read so that what is damaged in them costs neither more memory than they have bytes nor much time."""

from __future__ import annotations

import io
import itertools
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from pydicom.config import disable_value_validation
from pydicom.dataset import FileDataset
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag, Tag

from LVSegULib.errors import InputError, LVSegUError
from LVSegULib.reading.damage import Damage, because

MOST_DEFLATED_BYTES = 2**25
"""A file in the deflated transfer syntax is unpacked whole; an image has less than a megabyte."""

MOST_ELEMENTS = 100_000
"""Zeros look like millions of elements."""

BEFORE_PIXELS, PIXELS = 0x7FE00007, 0x7FE00010
"""The last element before any pixels, and the pixels."""

_LARGE = 1 << 20


class DicomFile(io.BufferedReader):
    """A file that is never asked for more than it has, whatever length an element claims."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self._path = path

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to `size` bytes.

        Raises:
            InputError: the rest is asked for, as pydicom does of deflated files, and is deflated from far too much.
        """
        if size is None or size < 0:
            rest = super().read()
            _refuse_bomb(rest, self._path)
            return rest
        if size > _LARGE:
            size = min(size, max(0, os.fstat(self.fileno()).st_size - self.tell()))
        return super().read(size)


def _refuse_bomb(packed: bytes, path: Path) -> None:
    unpacker, found = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while packed and not unpacker.eof:
        found += len(unpacker.decompress(packed, _LARGE))
        packed = unpacker.unconsumed_tail
        if found > MOST_DEFLATED_BYTES:
            raise InputError(
                f"{path}: expands to more than {MOST_DEFLATED_BYTES // 2**20} MB: save it without deflate, or leave it "
                "out"
            )


def read_elements(opened: DicomFile, tags: Sequence[str], last: int) -> FileDataset:
    """The elements of a file that are among `tags`, up to that with the number `last`.

    Raises:
        InvalidDicomError: it is no DICOM file.
        Exception: it is damaged; pydicom fails on damage in many ways.
    """
    count = itertools.count(1)

    def is_beyond(tag: BaseTag, _: str | None, __: int) -> bool:
        if next(count) > MOST_ELEMENTS:
            raise Damage(f"it has more than {MOST_ELEMENTS} elements")
        return bool(tag > last)

    with disable_value_validation():
        return read_partial(opened, is_beyond, specific_tags=_numbers(tuple(tags)))


@lru_cache(maxsize=8)
def _numbers(tags: tuple[str, ...]) -> list[BaseTag | int]:
    return [Tag(tag) for tag in tags]


@contextmanager
def explained(path: Path, what: str) -> Iterator[None]:
    """Whatever goes wrong while a file is understood becomes an InputError: pydicom fails on damage in many ways."""
    try:
        yield
    except (LVSegUError, MemoryError):
        raise
    except Exception as error:
        raise InputError(f"{path}: {what}{because(error)}: copy or export it again") from error
