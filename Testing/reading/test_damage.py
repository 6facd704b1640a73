"""Reasons are in plain words, or are left out."""

from __future__ import annotations

import bz2
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from LVSegULib.errors import InputError
from LVSegULib.reading.damage import Damage, because, permitted


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


def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    said = r"beat\.nii: cannot be opened \(Permission denied\): check its permissions"
    with pytest.raises(InputError, match=said), permitted(tmp_path / "beat.nii"):
        raise PermissionError(13, "Permission denied")
