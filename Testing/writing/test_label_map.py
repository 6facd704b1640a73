"""Label maps are read back with nibabel and compared with what ITK writes, two independent implementations of NIfTI."""

from __future__ import annotations

import gzip
import math
import struct
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from LVSegULib.errors import OutputError
from LVSegULib.reading import read_cine
from LVSegULib.reading.right_angles import straightened
from LVSegULib.writing.label_map import write_label_map
from Testing.conftest import LATIN_1, has_names_of_bytes


@pytest.fixture
def labels() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 4, (5, 7, 20, 16), dtype=np.uint8)


def an_oblique_matrix(shear: float = 0.0) -> NDArray[np.float64]:
    axes, _ = np.linalg.qr(np.array([[0.8, 0.1, 0.5], [-0.3, 0.9, 0.2], [-0.4, -0.3, 0.8]]))
    axes[:, 0] += shear * np.array([1.0, -1.0, 1.0])
    matrix = np.eye(4)
    matrix[:3, :3] = axes * (1.3, 1.31, 10.0)
    matrix[:3, 3] = -40.0, 20.0, -33.3
    return matrix


@pytest.mark.parametrize("shear", [0.0, 1e-4, 1e-2])
@pytest.mark.parametrize("mirrored", [False, True])
def test_voxels_lie_where_the_inputs_do(
    tmp_path: Path, labels: NDArray[np.uint8], shear: float, mirrored: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    matrix = an_oblique_matrix(shear) @ np.diag([1.0, 1.0, -1.0 if mirrored else 1.0, 1.0])
    write_label_map(tmp_path / "a.nii.gz", labels, matrix)
    image = nibabel.load(tmp_path / "a.nii.gz")
    assert np.allclose(image.affine, matrix, rtol=1e-6, atol=1e-5)
    assert np.array_equal(np.asarray(image.dataobj).T, labels)
    assert image.get_data_dtype() == np.uint8
    assert capfd.readouterr().err == ""


def test_one_frame_is_a_volume(tmp_path: Path, labels: NDArray[np.uint8]) -> None:
    write_label_map(tmp_path / "a.nii.gz", labels[:1], an_oblique_matrix())
    image = nibabel.load(tmp_path / "a.nii.gz")
    assert image.shape == (16, 20, 7)
    assert np.array_equal(np.asarray(image.dataobj).T, labels[0])


def test_the_same_labels_give_the_same_file_at_any_time(tmp_path: Path, labels: NDArray[np.uint8]) -> None:
    write_label_map(tmp_path / "a.nii.gz", labels, an_oblique_matrix())
    assert (tmp_path / "a.nii.gz").read_bytes()[4:8] == bytes(4)  # the time in a gzip header (RFC 1952)


def test_the_time_step_is_in_the_header(tmp_path: Path, labels: NDArray[np.uint8]) -> None:
    write_label_map(tmp_path / "a.nii.gz", labels, an_oblique_matrix(), step_ms=42.0)
    header = nibabel.load(tmp_path / "a.nii.gz").header
    assert header.get_xyzt_units() == ("mm", "sec")
    assert header.get_zooms() == pytest.approx((1.3, 1.31, 10.0, 0.042), rel=1e-6)


def test_nothing_is_left_beside_the_file(tmp_path: Path, labels: NDArray[np.uint8]) -> None:
    write_label_map(tmp_path / "a.nii.gz", labels, an_oblique_matrix())
    assert [path.name for path in tmp_path.iterdir()] == ["a.nii.gz"]


def test_a_file_where_the_folder_should_be(tmp_path: Path, labels: NDArray[np.uint8]) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputError, match=r"cannot write .*a\.nii\.gz"):
        write_label_map(tmp_path / "out" / "a.nii.gz", labels, an_oblique_matrix())


@has_names_of_bytes
def test_a_name_that_is_no_utf8_is_written(tmp_path: Path, labels: NDArray[np.uint8]) -> None:
    write_label_map(tmp_path / LATIN_1 / f"{LATIN_1}.nii.gz", labels, np.eye(4))
    content = gzip.decompress((tmp_path / LATIN_1 / f"{LATIN_1}.nii.gz").read_bytes())
    assert content[352:] == labels.tobytes()


@pytest.mark.parametrize("name", ["Müller.nii.gz", "Jürgen/a.nii.gz", "心臓.nii.gz"])
def test_letters_beyond_ascii_where_itk_takes_them_for_others(
    tmp_path: Path, labels: NDArray[np.uint8], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = SimpleITK.WriteImage

    def write_on_windows(image: Any, path: str, *more: Any) -> None:
        write(image, path.encode().decode("cp1252", "replace"), *more)

    monkeypatch.setattr(SimpleITK, "WriteImage", write_on_windows)
    write_label_map(tmp_path / name, labels, an_oblique_matrix())
    image = nibabel.load(tmp_path / name)
    assert np.array_equal(np.asarray(image.dataobj).T, labels)
    assert [path.name for path in (tmp_path / name).parent.iterdir()] == [Path(name).name]


def as_itk_writes(
    path: Path, array: NDArray[Any], ijk_to_ras: NDArray[np.float64], step_ms: float | None = None
) -> bytes:
    """What ITK writes of (K, J, I) or (T, K, J, I) at right angles; the sform is the matrix itself."""
    ijk_to_lps = np.diag([-1.0, -1.0, 1.0]) @ ijk_to_ras[:3]
    axes = straightened(ijk_to_lps[:, :3])
    spacing = np.linalg.norm(axes, axis=0)
    direction = np.eye(array.ndim)
    direction[:3, :3] = axes / spacing
    image = SimpleITK.GetImageFromArray(array, isVector=False)
    image.SetSpacing([*spacing.tolist(), (step_ms or 1000.0) / 1000.0][: array.ndim])
    image.SetOrigin([*ijk_to_lps[:, 3].tolist(), 0.0][: array.ndim])
    image.SetDirection(direction.ravel().tolist())
    SimpleITK.WriteImage(image, str(path))
    content = bytearray(path.read_bytes())
    content[280:328] = ijk_to_ras[:3].astype("<f4").tobytes()
    return bytes(content)


FIELDS = "<76s8f3f136s6f12f24s"
"""Of NIfTI's 352 bytes: pixdim, vox_offset, scl_slope and scl_inter, the quaternion and offset, and the sform."""


def assert_header_is_that_of(found: bytes, expected: bytes) -> None:
    """All that is no float is the same, and so are the voxels."""
    for one, other in zip(*(struct.unpack_from(FIELDS, content) for content in (found, expected)), strict=True):
        if isinstance(one, float):
            assert one == pytest.approx(other, rel=1e-6, abs=1e-6)
        else:
            assert one == other
    assert found[352:] == expected[352:]


@pytest.mark.parametrize("shear", [0.0, 1e-7, 1e-4, 1e-2])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(("frames", "step_ms"), [(1, None), (3, None), (3, 42.1)])
@pytest.mark.parametrize("kind", ["u1", "i2", "f4"])
def test_every_field_is_as_itk_writes_it(
    tmp_path: Path, shear: float, mirrored: bool, frames: int, step_ms: float | None, kind: str
) -> None:
    numbers = np.random.default_rng(1).integers(0, 100, (frames, 3, 5, 4)).astype(kind)
    matrix = an_oblique_matrix(shear) @ np.diag([1.0, 1.0, -1.0 if mirrored else 1.0, 1.0])
    write_label_map(tmp_path / "a.nii.gz", numbers, matrix, step_ms)
    expected = as_itk_writes(tmp_path / "itk.nii", numbers[0] if frames == 1 else numbers, matrix, step_ms)
    assert_header_is_that_of(gzip.decompress((tmp_path / "a.nii.gz").read_bytes()), expected)


def test_every_field_is_as_itk_writes_it_for_axes_of_any_direction(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    volume = np.zeros((2, 2, 2), np.uint8)
    for number in range(200):
        axes, _ = np.linalg.qr(random.normal(size=(3, 3)))
        if number % 2:  # along those of the world, half of them turned by 180 degrees, from 0 or 0 mm
            axes = np.eye(3)[random.permutation(3)] * random.choice([-1.0, 1.0], 3)
        matrix = np.eye(4)
        matrix[:3, :3] = axes * random.uniform(0.5, 12, 3)
        matrix[:3, 3] = random.uniform(-300, 300, 3) * random.choice([0.0, 1.0], 3)
        write_label_map(tmp_path / "a.nii.gz", volume[np.newaxis], matrix)
        content = gzip.decompress((tmp_path / "a.nii.gz").read_bytes())
        assert_header_is_that_of(content, as_itk_writes(tmp_path / "itk.nii", volume, matrix))


def test_every_field_is_as_itk_writes_it_for_the_sample_patient(tmp_path: Path, the_sample_patient: Path) -> None:
    cine = read_cine(the_sample_patient)
    labels = (cine.frames > np.median(cine.frames)).astype(np.uint8)
    write_label_map(tmp_path / "a.nii.gz", labels, cine.ijk_to_ras, 31.5)
    content = gzip.decompress((tmp_path / "a.nii.gz").read_bytes())
    assert_header_is_that_of(content, as_itk_writes(tmp_path / "itk.nii", labels, cine.ijk_to_ras, 31.5))


HALF = math.sqrt(0.5)


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], (1, 0, 0, 0)),
        ([[0, -1, 0], [1, 0, 0], [0, 0, 1]], (1, 0, 0, HALF)),  # a quarter turn about the third axis
        ([[1, 0, 0], [0, 0, -1], [0, 1, 0]], (1, HALF, 0, 0)),  # about the first
        ([[-1, 0, 0], [0, -1, 0], [0, 0, 1]], (1, 0, 0, 1)),  # half turns
        ([[1, 0, 0], [0, -1, 0], [0, 0, -1]], (1, 1, 0, 0)),
        ([[-1, 0, 0], [0, 1, 0], [0, 0, -1]], (1, 0, 1, 0)),
        ([[1, 0, 0], [0, 1, 0], [0, 0, -1]], (-1, 0, 0, 0)),  # left-handed
    ],
)
def test_quaternions_of_turns_that_are_known(
    tmp_path: Path, axes: list[list[float]], expected: tuple[float, ...]
) -> None:
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    write_label_map(tmp_path / "a.nii.gz", np.zeros((1, 2, 2, 2), np.uint8), matrix)
    content = gzip.decompress((tmp_path / "a.nii.gz").read_bytes())
    found = *struct.unpack_from("<f", content, 76), *struct.unpack_from("<3f", content, 256)
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_numbers_of_the_other_byte_order_are_turned_round(tmp_path: Path) -> None:
    numbers = np.arange(24, dtype=">i2").reshape(1, 2, 3, 4)
    write_label_map(tmp_path / "a.nii.gz", numbers, np.eye(4))
    assert np.array_equal(np.asarray(nibabel.load(tmp_path / "a.nii.gz").dataobj).T, numbers[0])


def test_an_axis_longer_than_nifti_can_say_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write .*a\.nii\.gz: 40000 x 1 x 1 voxels, NIfTI holds up to 32767"):
        write_label_map(tmp_path / "a.nii.gz", np.zeros((1, 1, 1, 40000), np.uint8), np.eye(4))
    assert list(tmp_path.iterdir()) == []
    write_label_map(tmp_path / "a.nii.gz", np.zeros((1, 1, 1, 32767), np.uint8), np.eye(4))
    assert nibabel.load(tmp_path / "a.nii.gz").shape == (32767, 1, 1)
