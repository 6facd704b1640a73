"""NRRD headers by hand; those that ITK and 3D Slicer write are read in test_images.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.nrrd import read_nrrd

NUMBERS = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
PLACE = {"space directions": "(0,1.5,0) (0,0,0.5) (8,0,0)", "space origin": "(10,20,30)"}
"""Columns along the second axis of space, rows along the third, slices along the first."""


def a_file(path: Path, pixels: NDArray[np.int16] = NUMBERS, **fields: str) -> Path:
    """A file of `pixels` whose header says `fields` too ("_" for a space)."""
    said = {
        "type": "short",
        "dimension": str(pixels.ndim),
        "sizes": " ".join(map(str, reversed(pixels.shape))),
        "endian": "little",
        "encoding": "raw",
        **{name.replace("_", " "): value for name, value in fields.items()},
    }
    header = "NRRD0004\n" + "".join(f"{name}: {value}\n" for name, value in said.items()) + "\n"
    path.write_bytes(header.encode() + pixels.astype("<i2").tobytes())
    return path


@pytest.mark.parametrize(
    ("space", "to_ras"),
    [
        ("left-posterior-superior", (-1, -1, 1)),
        ("LPS", (-1, -1, 1)),
        ("right-anterior-superior", (1, 1, 1)),
        ("RAS", (1, 1, 1)),
        ("left-anterior-superior", (-1, 1, 1)),
        ("LAS", (-1, 1, 1)),
    ],
)
def test_every_space_is_brought_to_ras(tmp_path: Path, space: str, to_ras: tuple[int, ...]) -> None:
    stored = read_nrrd(a_file(tmp_path / "a.nrrd", space=space, **PLACE))
    in_space = np.array([[0, 0, 8, 10], [1.5, 0, 0, 20], [0, 0.5, 0, 30], [0, 0, 0, 1]])
    np.testing.assert_allclose(stored.ijk_to_ras, np.diag([*to_ras, 1]) @ in_space)
    np.testing.assert_array_equal(stored.pixels, NUMBERS[None])


def test_more_bytes_before_the_pixels_than_any_file_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'says byte skip "268435457", expected numbers from -1 to 268435456'):
        read_nrrd(a_file(tmp_path / "a.nrrd", byte_skip=str(2**28 + 1), encoding="gzip"))
    with pytest.raises(InputError, match=r'says byte skip "1099511627777", expected'):
        read_nrrd(a_file(tmp_path / "a.nrrd", byte_skip=str(2**40 + 1)))


def test_raw_pixels_may_lie_far_into_a_file(tmp_path: Path) -> None:
    with (tmp_path / "a.raw").open("wb") as data:
        data.truncate(2**28 + 1)  # a hole, which takes no room
        data.seek(2**28 + 1)
        data.write(NUMBERS.astype("<i2").tobytes())
    header = a_file(tmp_path / "a.nhdr", byte_skip=str(2**28 + 1), data_file="a.raw")
    np.testing.assert_array_equal(read_nrrd(header).pixels, NUMBERS[None])


def test_without_directions_there_are_spacings_along_lps(tmp_path: Path) -> None:
    stored = read_nrrd(a_file(tmp_path / "a.nrrd", spacings="1.5 0.5 8"))
    np.testing.assert_allclose(stored.ijk_to_ras, np.diag([-1.5, -0.5, 8, 1]))


def test_without_a_place_voxels_are_of_one_millimetre(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_nrrd(a_file(tmp_path / "a.nrrd")).ijk_to_ras, np.diag([-1, -1, 1, 1]))


@pytest.mark.parametrize("axis", [0, 3])
def test_frames_may_be_the_first_axis_or_the_last(tmp_path: Path, axis: int) -> None:
    beat = np.stack([NUMBERS, NUMBERS + 100])
    stored_axis = 3 - axis  # numpy counts from the other end
    vectors = PLACE["space directions"].split()
    vectors.insert(axis, "none")
    kinds = ["domain"] * 3
    kinds.insert(axis, "list")
    path = a_file(
        tmp_path / "a.nrrd",
        np.moveaxis(beat, 0, stored_axis),
        space="RAS",
        kinds=" ".join(kinds),
        space_directions=" ".join(vectors),
        space_origin="(10,20,30)",
    )
    np.testing.assert_array_equal(read_nrrd(path).pixels, beat)
    np.testing.assert_allclose(read_nrrd(path).ijk_to_ras[:3, 2], (8, 0, 0))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"space_directions": "(0,1.5,0) (0,0,0.5)"}, "2 space directions for 3 axes"),
        ({"space_directions": "(0,1.5) (0,0.5) (8,0)"}, "not of three dimensions"),
        ({"space_origin": "(10,20)"}, "its space origin is no place"),
        ({"space_origin": "none"}, "its space origin is no place"),
        ({"space_origin": "(1,2,3) (4,5,6)"}, "its space origin is no place"),
        ({"spacings": "1 1"}, "expected 3 numbers"),
    ],
)
def test_a_damaged_place_is_named(tmp_path: Path, fields: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_nrrd(a_file(tmp_path / "a.nrrd", **fields))


def test_a_place_that_is_impossible_is_refused(tmp_path: Path) -> None:
    for fields in ({"spacings": "1 0 8"}, {"space_origin": "(1e300,0,0)"}):
        with pytest.raises(GeometryError):
            read_nrrd(a_file(tmp_path / "a.nrrd", **fields))
