"""Reasons are in plain words, or are left out."""

from __future__ import annotations

import bz2
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from LVSegULib.reading.damage import Damage, because


def endless() -> None:
    endless()


@pytest.mark.parametrize(
    ("fails", "reason"),
    [
        (lambda: zlib.decompress(b"no zlib"), " (what is packed in it cannot be unpacked)"),
        (lambda: gzip.decompress(b"no gzip"), " (what is packed in it cannot be unpacked)"),
        (lambda: bz2.BZ2Decompressor().decompress(b"no bzip2 at all"), " (what is packed in it cannot be unpacked)"),
        (lambda: gzip.decompress(gzip.compress(b"pixels")[:-9]), " (it ends early)"),
        (lambda: Path("/nowhere").read_bytes(), " (No such file or directory)"),
        (endless, " (sequences inside of sequences, deeper than any image needs)"),
        (lambda: int([]), ""),  # type: ignore[call-overload]
        (lambda: {}["x"], ""),
    ],
)
def test_errors_of_other_packages(fails: Callable[[], object], reason: str) -> None:
    with pytest.raises(Exception) as raised:
        fails()
    assert because(raised.value) == reason


def test_our_own_words_are_kept_on_one_line() -> None:
    assert because(Damage("it is\ntoo long")) == " (it is too long)"
