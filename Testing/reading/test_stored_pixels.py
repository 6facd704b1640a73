"""Pixels as they are stored: raw, packed, in digits and in numbers, and never more than there should be."""

from __future__ import annotations

import bz2
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.errors import InputError
from LVSegULib.reading.stored_pixels import AT_THE_END, Encoding, StoredPixels

BYTE, WORD = np.dtype("u1"), np.dtype(">u2")


def written(path: Path, content: bytes) -> tuple[Path, ...]:
    path.write_bytes(content)
    return (path,)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("raw", b"\x00\x01\xff\x00\x00\x07"),
        ("gzip", gzip.compress(b"\x00\x01\xff\x00\x00\x07")),
        ("zlib", zlib.compress(b"\x00\x01\xff\x00\x00\x07")),
        ("zlib", gzip.compress(b"\x00\x01\xff\x00\x00\x07")),
        ("bzip2", bz2.compress(b"\x00\x01\xff\x00\x00\x07")),
        ("hex", b"0001 FF\n00 0 007"),
        ("text", b"1 65280\n7"),
    ],
)
@pytest.mark.parametrize("before", [b"", b"head"])
def test_three_words_of_two_bytes_the_larger_first(
    tmp_path: Path, encoding: Encoding, content: bytes, before: bytes
) -> None:
    files = written(tmp_path / "a", before + content)
    assert StoredPixels(files, encoding, WORD, 3, start=len(before)).read().tolist() == [1, 0xFF00, 7]


def test_the_last_bytes_of_a_file(tmp_path: Path) -> None:
    files = written(tmp_path / "a", b"of any length\x01\x02")
    assert StoredPixels(files, "raw", BYTE, 2, AT_THE_END).read().tolist() == [1, 2]


def test_bytes_before_the_pixels_that_are_packed_with_them(tmp_path: Path) -> None:
    files = written(tmp_path / "a", gzip.compress(b"!\x01\x02"))
    assert StoredPixels(files, "gzip", BYTE, 2, skipped=1).read().tolist() == [1, 2]


def test_files_hold_equal_parts_one_after_the_other(tmp_path: Path) -> None:
    files = written(tmp_path / "a", b"\x01\x02") + written(tmp_path / "b", b"\x03\x04")
    assert StoredPixels(files, "raw", BYTE, 4).read().tolist() == [1, 2, 3, 4]
    with pytest.raises(InputError, match="3 pixels cannot lie in 2 equal files"):
        StoredPixels(files, "raw", BYTE, 3).read()
    with pytest.raises(InputError, match="a: is cut short by 1 bytes"):
        StoredPixels(files, "raw", BYTE, 6).read()


@pytest.mark.parametrize(
    ("encoding", "content", "missing"),
    [("raw", b"\x01\x02\x03", 1), ("hex", b"01 02 03", 1), ("text", b"1 2 3", 1), ("text", b"10 2", 2)],
)
def test_a_file_with_less_than_four_pixels(tmp_path: Path, encoding: Encoding, content: bytes, missing: int) -> None:
    with pytest.raises(InputError, match=f"is cut short by {missing} bytes"):
        StoredPixels(written(tmp_path / "a", content), encoding, BYTE, 4).read()


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
@pytest.mark.parametrize("skipped", [0, 5])
def test_as_much_again_and_64_kb_may_come_after_what_is_needed(
    tmp_path: Path, pack: Callable[[bytes], bytes], skipped: int
) -> None:
    taken = 10 + skipped
    most = taken + taken + 65536
    fitting = StoredPixels(written(tmp_path / "a", pack(bytes(most))), "zlib", BYTE, 10, skipped=skipped)
    assert fitting.read().tolist() == [0] * 10
    too_much = StoredPixels(written(tmp_path / "b", pack(bytes(most + 1))), "zlib", BYTE, 10, skipped=skipped)
    with pytest.raises(InputError, match=f"expands to far more than its header says, {taken} bytes"):
        too_much.read()


@pytest.mark.parametrize(
    ("encoding", "content", "said"),
    [
        ("text", b"1 256 3", "a number is beyond what a pixel of 8 bits holds"),
        ("text", b"1 -1 3 ", "a number is beyond what a pixel of 8 bits holds"),
        ("text", b"1 x 3  ", "are not written as numbers"),
        ("hex", b"01 0x 03", "are not written in hexadecimal digits"),
    ],
)
def test_text_that_is_no_pixel(tmp_path: Path, encoding: Encoding, content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        StoredPixels(written(tmp_path / "a", content), encoding, BYTE, 3).read()


def test_the_ends_of_a_type_are_pixels(tmp_path: Path) -> None:
    files = written(tmp_path / "a", b"-128 127")
    assert StoredPixels(files, "text", np.dtype("i1"), 2).read().tolist() == [-128, 127]


def test_bytes_that_the_header_does_not_speak_of_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = written(tmp_path / "a", b"head\x01\x02and more")
    with caplog.at_level("WARNING", "LVSegULib"):
        assert StoredPixels(files, "raw", BYTE, 2, start=4).read().tolist() == [1, 2]
    assert caplog.messages == [f"{files[0]}: holds 8 bytes more than its header says: they were left out"]
    caplog.clear()
    assert StoredPixels(files, "raw", BYTE, 2, AT_THE_END).read().tolist() == [*b"re"]
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("zlib", zlib.compress), ("bzip2", bz2.compress)]
)
def test_packed_bytes_that_the_header_does_not_speak_of_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, encoding: Encoding, pack: Callable[[bytes], bytes]
) -> None:
    """As those of the slices are that a header with a wrong number of them leaves out."""
    files = written(tmp_path / "a", pack(b"head\x01\x02and more"))
    with caplog.at_level("WARNING", "LVSegULib"):
        assert StoredPixels(files, encoding, BYTE, 2, skipped=4).read().tolist() == [1, 2]
        assert caplog.messages == [f"{files[0]}: holds 8 bytes more than its header says: they were left out"]
        caplog.clear()
        assert StoredPixels(files, encoding, BYTE, 10, skipped=4).read().tolist() == [1, 2, *b"and more"]
    assert caplog.messages == []
