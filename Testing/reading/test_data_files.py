"""Files that headers name for their pixels, and names that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.errors import InputError
from LVSegULib.reading.data_files import MOST_FILES, named_files


@pytest.fixture
def header(tmp_path: Path) -> Path:
    for name in ("beat.raw", "slice 1.raw", "s08.raw", "s10.raw"):
        (tmp_path / name).write_bytes(b"pixels")
    return tmp_path / "beat.mhd"


@pytest.mark.parametrize(
    ("value", "listed", "names"),
    [
        ("beat.raw", [], ["beat.raw"]),
        ("slice 1.raw", [], ["slice 1.raw"]),
        ("LIST", ["s10.raw", " beat.raw ", ""], ["s10.raw", "beat.raw"]),
        ("s%02d.raw 8 10 2", [], ["s08.raw", "s10.raw"]),
    ],
)
def test_one_a_list_and_a_pattern(header: Path, value: str, listed: list[str], names: list[str]) -> None:
    assert named_files(header, value, listed) == tuple(header.parent / name for name in names)


@pytest.mark.parametrize("name", ["nowhere.raw", "..", "/dev/zero", "~", "x\x1b[31m\x80" * 40, "A" * 5000])
def test_what_is_no_file_is_quoted_short_and_printable(header: Path, name: str) -> None:
    with pytest.raises(InputError, match=r'pixels should be in ".*", which is no file: put the file there') as raised:
        named_files(header, name, [])
    said = str(raised.value).removeprefix(str(header))
    assert said.isprintable()
    assert len(said) < 200


@pytest.mark.parametrize("value", ["", "LIST", "s%d.raw 1 900000", f"s%d.raw 0 {MOST_FILES}", "a\0b"])
def test_none_or_too_many(header: Path, value: str) -> None:
    with pytest.raises(InputError, match=r"names \d+ files for its pixels .*: save the image in one file"):
        named_files(header, value, [])
