"""MetaImage headers by hand, good and damaged; those that ITK writes are read in test_images.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.images import read_image
from LVSegULib.reading.metaimage import read_metaimage
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
        ("DimSize", "Sizes", "does not say DimSize"),
        ("CompressedData = False", "CompressedData = maybe", 'says CompressedData "maybe", expected True or False'),
        ("LOCAL", "\x01" * 400, r'should be in "\?{100}\.\.\.", which is no file'),
        ("CompressedData = False", "CompressedData = True", "what is packed in it cannot be unpacked"),
    ],
)
def test_a_damaged_header_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(InputError, match=rf"beat\.mha: .*{said}"):
        read_image(changed(tmp_path / "beat.mha", old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Matrix = 1", "Matrix = 1e308", "the directions of its axes are impossible"),
        ("Matrix = 1", "Matrix = nan", "the directions of its axes are impossible"),
        ("Matrix = 1", "Matrix = 0", "the directions of its axes are impossible"),
        ("Offset = 0", "Offset = 1e300", r"its position is impossible, \(1e\+300, "),
        ("Offset = 0", "Offset = inf", r"its position is impossible, \(inf, "),
        ("Spacing = 1.25", "Spacing = inf", "a voxel of inf x 1.5 x 8 mm is not possible"),
    ],
)
def test_an_impossible_orientation_is_refused_without_a_warning(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(GeometryError, match=said):
        read_image(changed(tmp_path / "beat.mha", old, new))


NUMBERS = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)


def a_header(*, sign: str = " = ", **fields: str) -> bytes:
    """The header of two slices of 3 rows and 4 columns."""
    file = fields.pop("ElementDataFile", "LOCAL")
    said = {"NDims": "3", "DimSize": "4 3 2", "ElementType": "MET_SHORT", **fields, "ElementDataFile": file}
    return "".join(f"{name}{sign}{value}\n" for name, value in said.items()).encode()


@pytest.mark.parametrize(
    ("fields", "data"),
    [
        ({}, NUMBERS.astype("<i2").tobytes()),
        ({"BinaryDataByteOrderMSB": "True"}, NUMBERS.astype(">i2").tobytes()),
        ({"ElementByteOrderMSB": "1"}, NUMBERS.astype(">i2").tobytes()),
        ({"HeaderSize": "-1"}, b"junk" + NUMBERS.astype("<i2").tobytes()),
        ({"BinaryData": "False"}, " ".join(map(str, NUMBERS.ravel())).encode()),
        ({"sign": ": "}, NUMBERS.astype("<i2").tobytes()),
    ],
    ids=["plain", "big-endian", "big-endian by another name", "at the end", "as text", "with colons"],
)
def test_pixels_behind_the_header(tmp_path: Path, fields: dict[str, str], data: bytes) -> None:
    (tmp_path / "a.mha").write_bytes(a_header(**fields) + data)
    np.testing.assert_array_equal(read_metaimage(tmp_path / "a.mha").pixels, NUMBERS[None])


@pytest.mark.parametrize("before", [b"", b"x", b"1234567"])
def test_pixels_in_a_file_of_their_own(tmp_path: Path, before: bytes) -> None:
    (tmp_path / "a.raw").write_bytes(before + NUMBERS.tobytes())
    (tmp_path / "a.mhd").write_bytes(a_header(HeaderSize=str(len(before)), ElementDataFile="a.raw"))
    np.testing.assert_array_equal(read_metaimage(tmp_path / "a.mhd").pixels, NUMBERS[None])


def test_a_file_for_each_slice(tmp_path: Path) -> None:
    for name, pixels in zip(("first.raw", "second.raw"), NUMBERS, strict=True):
        (tmp_path / name).write_bytes(pixels.tobytes())
    (tmp_path / "a.mhd").write_bytes(a_header(ElementDataFile="LIST") + b"first.raw\nsecond.raw\n")
    np.testing.assert_array_equal(read_metaimage(tmp_path / "a.mhd").pixels, NUMBERS[None])


@pytest.mark.parametrize("matrix", ["TransformMatrix", "Orientation", "Rotation"])
@pytest.mark.parametrize("offset", ["Offset", "Position", "Origin"])
@pytest.mark.parametrize("spacing", ["ElementSpacing", "ElementSize"])
def test_the_place_by_each_of_its_names(tmp_path: Path, matrix: str, offset: str, spacing: str) -> None:
    """Columns run backward, rows up and slices to the left, in LPS; the first voxel lies at 10, 20, 30."""
    place = {spacing: "1.5 0.5 8", matrix: "0 1 0 0 0 1 1 0 0", offset: "10 20 30"}
    (tmp_path / "a.mha").write_bytes(a_header(**place) + NUMBERS.tobytes())
    lps = np.array([[0, 0, 8, 10], [1.5, 0, 0, 20], [0, 0.5, 0, 30], [0, 0, 0, 1]])
    np.testing.assert_allclose(read_metaimage(tmp_path / "a.mha").ijk_to_ras, np.diag([-1, -1, 1, 1]) @ lps)


def test_without_a_place_voxels_are_of_one_millimetre(tmp_path: Path) -> None:
    (tmp_path / "a.mha").write_bytes(a_header() + NUMBERS.tobytes())
    np.testing.assert_array_equal(read_metaimage(tmp_path / "a.mha").ijk_to_ras, np.diag([-1, -1, 1, 1]))


def test_five_axes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mha").write_bytes(a_header(NDims="5", DimSize="4 3 2 1 1") + NUMBERS.tobytes())
    with pytest.raises(InputError, match="has 5 axes, expected 3"):
        read_metaimage(tmp_path / "a.mha")


@pytest.mark.parametrize("content", [b"", b"NDims = 3\n", b"NDims = 3\nno sign\n", b"ND\x01ims = 3\n"])
def test_what_is_no_header(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.mha").write_bytes(content)
    with pytest.raises(InputError, match="is no MetaImage, or its header is damaged or cut short"):
        read_metaimage(tmp_path / "a.mha")
