"""DICOM files, opened so that what is damaged in them cannot cost more memory than they have bytes."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from LVSegULib.errors import InputError, LVSegUError
from LVSegULib.reading.shown import shown

MOST_DEFLATED_BYTES = 2**28
"""A file in the deflated transfer syntax is unpacked whole."""

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
                f"{path}: expands to more than {MOST_DEFLATED_BYTES // 2**20} MB: save it without deflate, or leave it out"
            )


@contextmanager
def explained(path: Path, what: str) -> Iterator[None]:
    """Whatever goes wrong while a file is understood becomes an InputError: pydicom fails on damage in many ways."""
    try:
        yield
    except (LVSegUError, MemoryError):
        raise
    except Exception as error:
        raise InputError(f"{path}: {what} ({shown(error)}): copy or export it again") from error
