"""Read pixels from where an image file's header says they are: raw, packed or as text, and never more than it says."""

from __future__ import annotations

import bz2
import gzip
import logging
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.reading.damage import Damage, because

_log = logging.getLogger(__name__)

Encoding = Literal["raw", "gzip", "zlib", "bzip2", "text", "hex"]

AT_THE_END = -1
"""In the place of an offset: the pixels are the last bytes of the file."""

_DENSEST = 1032
"""Nothing that is packed by deflate expands to more than this many times its size (zlib.net/zlib_tech.html)."""

_CHUNK = 1 << 20
_SLACK = 1 << 16
_LONGEST_NUMBER = 1000


@dataclass(frozen=True)
class StoredPixels:
    """Where pixels are, and how they are stored.

    Attributes:
        files: the files that hold them, one after the other, in equal parts.
        encoding: how they are packed.
        dtype: of a pixel, with its byte order.
        count: how many there are.
        start: bytes of each file before them, or `AT_THE_END` of a raw file.
        skipped: bytes before them once they are unpacked.
    """

    files: tuple[Path, ...]
    encoding: Encoding
    dtype: np.dtype[Any]
    count: int
    start: int = 0
    skipped: int = 0

    def read(self) -> NDArray[Any]:
        """The pixels (count,).

        Raises:
            InputError: a file is missing, damaged, or holds fewer pixels than it should, or far more.
        """
        share = self.count // len(self.files)
        if share * len(self.files) != self.count:
            raise InputError(
                f"{self.files[0]}: {self.count} pixels cannot lie in {len(self.files)} equal files: correct the header"
            )
        for file in self.files:
            _refuse_cut_short(file, self._most_in(file), share * self.dtype.itemsize + self.skipped)
        pixels = np.empty(self.count, self.dtype)
        for number, file in enumerate(self.files):
            try:
                self._read_part(file, pixels[number * share : (number + 1) * share])
            except (OSError, EOFError, zlib.error, ValueError) as error:
                raise InputError(f"{file}: is cut short or damaged{because(error)}: copy or export it again") from error
        return pixels

    def _most_in(self, file: Path) -> int:
        """The most bytes of pixels that a file of this size can hold."""
        size = max(0, file.stat().st_size - max(self.start, 0))
        if self.encoding == "text":
            return (size + 1) // 2 * self.dtype.itemsize  # a digit and a space each
        if self.encoding == "hex":
            return size // 2
        return {"raw": size, "bzip2": size << 32}.get(self.encoding, size * _DENSEST)

    def _read_part(self, file: Path, pixels: NDArray[Any]) -> None:
        with file.open("rb") as opened:
            opened.seek(opened.seek(0, 2) - pixels.nbytes if self.start == AT_THE_END else self.start)
            with self._unpacked(opened) as stream:
                skip(stream, self.skipped)
                found = read_into(stream, pixels.view(np.uint8).data)
                _refuse_cut_short(file, found, pixels.nbytes)
                if self.encoding in ("gzip", "zlib", "bzip2"):
                    more = _rest_of_packed(stream, pixels.nbytes + self.skipped, file)
                else:
                    more = _rest_of(opened) if self.encoding == "raw" else 0
                if more:
                    _log.warning("%s: holds %d bytes more than its header says: they were left out", file, more)

    @contextmanager
    def _unpacked(self, opened: BinaryIO) -> Iterator[Stream]:
        if self.encoding == "gzip":
            with gzip.GzipFile(fileobj=opened) as unpacked:
                yield unpacked
        elif self.encoding == "bzip2":
            with bz2.BZ2File(opened) as unpacked:
                yield unpacked
        elif self.encoding == "zlib":
            yield _ZlibStream(opened)
        elif self.encoding == "hex":
            yield _TextStream(opened, _from_digits)
        elif self.encoding == "text":
            yield _TextStream(opened, partial(_from_numbers, dtype=self.dtype))
        else:
            yield opened


class Stream(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""


def read_into(stream: Stream, out: memoryview) -> int:
    """Fill `out` from `stream`; gives how many bytes there were."""
    done = 0
    while done < len(out) and (chunk := stream.read(min(_CHUNK, len(out) - done))):
        out[done : done + len(chunk)] = chunk
        done += len(chunk)
    return done


def skip(stream: Stream, count: int) -> None:
    """Read `count` bytes and forget them."""
    while count > 0 and (chunk := stream.read(min(_CHUNK, count))):
        count -= len(chunk)


def _rest_of_packed(stream: Stream, taken: int, file: Path) -> int:
    """Read the rest of a packed stream, so that its checksum is looked at; gives how many bytes there were.

    Raises:
        InputError: they are far more than those that were taken.
    """
    more = 0
    while chunk := stream.read(_CHUNK):
        more += len(chunk)
        if more > taken + _SLACK:
            raise InputError(
                f"{file}: expands to far more than its header says, {taken} bytes: copy or export it again"
            )
    return more


def _rest_of(opened: BinaryIO) -> int:
    """How many bytes of a file come after what has been read."""
    here = opened.tell()
    return opened.seek(0, 2) - here


def _refuse_cut_short(file: Path, held: int, needed: int) -> None:
    if held < needed:
        raise InputError(f"{file}: is cut short by {needed - max(held, 0)} bytes: copy or export it again")


class _ZlibStream:
    """A stream of deflate in a frame of zlib or gzip."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: either frame

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        while not self._unpacker.eof:
            chunk = self._unpacker.unconsumed_tail or self._packed.read(_CHUNK)
            if found := self._unpacker.decompress(chunk, size):
                return found
            if not chunk:
                raise EOFError
        return b""


class _TextStream:
    """Bytes that are written as text, in hexadecimal digits or as the numbers that they mean."""

    def __init__(self, text: BinaryIO, convert: Callable[[bytes], tuple[bytes, bytes]]) -> None:
        self._text, self._convert = text, convert
        self._rest, self._ready = b"", b""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        while not self._ready and (chunk := self._text.read(_CHUNK)):
            self._ready, self._rest = self._convert(self._rest + chunk)
        if not self._ready and self._rest:
            self._ready, self._rest = self._convert(self._rest + b" ")
        found, self._ready = self._ready[:size], self._ready[size:]
        return found


def _from_digits(text: bytes) -> tuple[bytes, bytes]:
    digits = b"".join(text.split())
    even = len(digits) // 2 * 2
    try:
        return bytes.fromhex(digits[:even].decode("ascii")), digits[even:]
    except ValueError as error:
        raise Damage("its pixels are not written in hexadecimal digits") from error


def _from_numbers(text: bytes, dtype: np.dtype[Any]) -> tuple[bytes, bytes]:
    *words, rest = (text + b"|").split()  # the last word may go on in what comes next
    if len(rest) > _LONGEST_NUMBER:
        raise Damage("what should be a number goes on and on")
    try:
        numbers = np.array([float(word) for word in words])
    except ValueError as error:
        raise Damage("its pixels are not written as numbers") from error
    if dtype.kind in "iu" and not ((numbers >= np.iinfo(dtype).min) & (numbers <= np.iinfo(dtype).max)).all():
        raise Damage(f"a number is beyond what a pixel of {8 * dtype.itemsize} bits holds")
    with np.errstate(over="ignore"):
        return numbers.astype(dtype).tobytes(), rest[:-1]
