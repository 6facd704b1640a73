"""Where NIfTI images lie, compared with where ITK puts them."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError
from LVSegULib.reading.images import read_image
from LVSegULib.reading.nifti_header import read_nifti_header
from LVSegULib.reading.nifti_place import axes_and_origin
from Testing.reading.nifti_bytes import changed

Place = tuple[NDArray[np.float64], NDArray[np.float64]]

SIZES = (1.25, 0.5, 8.0)


@pytest.fixture(autouse=True)
def _quiet_itk() -> Iterator[None]:
    before = SimpleITK.ProcessObject.GetGlobalWarningDisplay()
    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    yield
    SimpleITK.ProcessObject.SetGlobalWarningDisplay(before)


def a_turn(random: np.random.Generator, *, along_the_world: bool = False) -> NDArray[np.float64]:
    if along_the_world:
        return np.asarray(np.eye(3)[random.permutation(3)] * random.choice([-1.0, 1.0], 3))
    return np.linalg.qr(random.normal(size=(3, 3)))[0]


def write(path: Path, qform: NDArray[np.float64], sform: NDArray[np.float64], codes: tuple[int, int]) -> Path:
    """A file with two forms (4, 4), as nibabel writes them."""
    header = nibabel.Nifti1Header(endianness="<")
    header.set_qform(qform, codes[0])
    header.set_sform(sform, codes[1])
    nibabel.save(nibabel.Nifti1Image(np.arange(27, dtype="u1").reshape(3, 3, 3), None, header), path)
    stored = nibabel.load(path).header
    assert (int(stored["qform_code"]), int(stored["sform_code"])) == codes
    return path


def a_form(turn: NDArray[np.float64], place: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = turn * SIZES, place
    return matrix


def by_itk(path: Path) -> Place | None:
    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        return None
    lps_to_ras = np.diag([-1.0, -1.0, 1.0])
    axes = np.array(reader.GetDirection()).reshape(3, 3) * reader.GetSpacing()
    return lps_to_ras @ axes, lps_to_ras @ reader.GetOrigin()


def assert_as_itk(path: Path) -> None:
    expected, found = by_itk(path), axes_and_origin(read_nifti_header(path))
    assert (expected is None) == (found is None)
    if expected is not None and found is not None:
        np.testing.assert_allclose(found[0], expected[0], rtol=0, atol=1e-12)
        np.testing.assert_allclose(found[1], expected[1], rtol=0, atol=1e-12)


CODES = tuple(itertools.product((0, 1, 2), (0, 1, 2, 4)))


@pytest.mark.parametrize("codes", CODES)
@pytest.mark.parametrize("along_the_world", [False, True])
def test_two_forms_that_differ(tmp_path: Path, codes: tuple[int, int], along_the_world: bool) -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        qform, sform = (
            a_form(a_turn(random, along_the_world=along_the_world), random.uniform(-300, 300, 3)) for _ in range(2)
        )
        assert_as_itk(write(tmp_path / "a.nii", qform, sform, codes))


@pytest.mark.parametrize("codes", [codes for codes in CODES if codes[0] == 0 or codes[1] in (0, 1)])
def test_two_forms_that_say_the_same(tmp_path: Path, codes: tuple[int, int]) -> None:
    random = np.random.default_rng(1)
    for _ in range(20):
        form = a_form(a_turn(random), random.uniform(-300, 300, 3))
        assert_as_itk(write(tmp_path / "a.nii", form, form, codes))


@pytest.mark.parametrize("sform", [2, 3, 4])
def test_of_two_forms_that_say_the_same_itk_takes_one_by_chance(tmp_path: Path, sform: int) -> None:
    random = np.random.default_rng(2)
    for _ in range(20):
        form = a_form(a_turn(random), random.uniform(-300, 300, 3))
        path = write(tmp_path / "a.nii", form, form, (1, sform))
        expected, found = by_itk(path), axes_and_origin(read_nifti_header(path))
        assert expected is not None
        assert found is not None
        np.testing.assert_allclose(found[0], expected[0], rtol=0, atol=2e-5)
        np.testing.assert_allclose(found[1], expected[1], rtol=0, atol=2e-5)


@pytest.mark.parametrize("lean", [1e-6, 1e-5, 8e-5, 2e-4, 1e-2])
@pytest.mark.parametrize("codes", [(0, 1), (0, 2), (1, 1)])
def test_axes_that_lean(tmp_path: Path, lean: float, codes: tuple[int, int]) -> None:
    random = np.random.default_rng(3)
    turn = a_turn(random)
    leaning = turn.copy()
    leaning[:, 0] += lean * turn[:, 1]
    place = random.uniform(-300, 300, 3)
    assert_as_itk(write(tmp_path / "a.nii", a_form(turn, place), a_form(leaning, place), codes))


@pytest.mark.parametrize(
    ("kind", "offset", "numbers"),
    [
        ("B", 123, (1,)),  # metres
        ("B", 123, (9,)),  # metres and seconds
        ("B", 123, (3,)),  # micrometres
        ("B", 123, (10,)),  # millimetres and seconds
        ("f", 76, (0.0,)),  # pixdim[0], the handedness
        ("f", 76, (-1.0,)),
        ("f", 76, (-np.inf,)),
        ("f", 76, (np.nan,)),
        ("f", 80, (-1.25,)),  # pixdim[1]
        ("f", 80, (0.0,)),
        ("f", 80, (np.nan,)),
        ("3f", 256, (0.6, 0.8, 0.0)),  # a half turn
        ("3f", 256, (np.nan, 0.5, 0.5)),
        ("3f", 256, (0.9, 0.8, 0.7)),  # no quaternion of length 1
        ("4f", 280, (0.0, 0.0, 0.0, 0.0)),  # the sform's first row
    ],
)
@pytest.mark.parametrize("codes", [(1, 0), (1, 1), (0, 1), (0, 0)])
def test_headers_that_are_unusual_or_broken(
    tmp_path: Path, kind: str, offset: int, numbers: tuple[float, ...], codes: tuple[int, int]
) -> None:
    random = np.random.default_rng(4)
    form = a_form(a_turn(random), random.uniform(-300, 300, 3))
    assert_as_itk(changed(write(tmp_path / "a.nii", form, form, codes), kind, offset, *numbers))


def test_a_quaternion_of_absurd_numbers_is_refused(tmp_path: Path) -> None:
    path = changed(write(tmp_path / "a.nii", np.eye(4), np.eye(4), (1, 0)), "3f", 256, 3e38, 3e38, 3e38)
    assert axes_and_origin(read_nifti_header(path)) is not None  # of a half turn
    with pytest.raises(GeometryError, match="position is impossible"):
        read_image(changed(path, "f", 268, 3e38))


def test_an_image_is_read_where_itk_does_not_find_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ReaderOnWindows(SimpleITK.ImageFileReader):
        def SetFileName(self, name: str) -> None:  # noqa: N802
            super().SetFileName(name.encode().decode("cp1252", "replace"))

    folder = tmp_path / "Jürgen"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(SimpleITK, "ImageFileReader", ReaderOnWindows)
    form = a_form(np.eye(3), np.array([1.0, 2.0, 3.0]))
    cine = read_image(write(folder / "Müller.nii", form, form, (1, 1)))
    np.testing.assert_allclose(cine.ijk_to_ras, form, atol=1e-6)
