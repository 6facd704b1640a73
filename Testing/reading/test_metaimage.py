"""MetaImage headers that are damaged; that good ones are read as ITK reads them is tested in test_images.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.images import read_image
from Testing.fuzz.seeds import seeds


def changed(path: Path, old: str, new: str) -> Path:
    """A file of 16 x 16 pixels, 3 slices and 2 frames whose header says something else."""
    content = seeds()["mha"].files["beat.mha"]
    assert content.count(old.encode()) == 1
    path.write_bytes(content.replace(old.encode(), new.encode()))
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("NDims = 4", "NDims = 99", 'says NDims "99", expected numbers from 1 to 10'),
        ("DimSize = 16", "DimSize = 99999999", "99999999 x 16 x 3 x 2 pixels"),
        ("DimSize = 16", "DimSize = 32", "is cut short by 3072 bytes"),
        ("DimSize = 16", "DimSize = -16", "expected numbers from 1"),
        ("MET_SHORT", "MET_STRING", "expected a type of grey values"),
        ("ObjectType", "NDims", '"NDims" twice'),
        ("LOCAL", "\x01" * 400, r'should be in "\?{100}\.\.\.", which is no file'),
        ("CompressedData = False", "CompressedData = True", "what is packed in it cannot be unpacked"),
    ],
)
def test_a_damaged_header_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(InputError, match=rf"beat\.mha: .*{said}"):
        read_image(changed(tmp_path / "beat.mha", old, new))


@pytest.mark.parametrize(
    ("old", "new"), [("Matrix = 1", "Matrix = 1e308"), ("Matrix = 1", "Matrix = 0"), ("Offset = 0", "Offset = 1e300")]
)
def test_an_impossible_orientation_is_refused_without_a_warning(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(GeometryError):
        read_image(changed(tmp_path / "beat.mha", old, new))
