"""Label maps are read back with nibabel, an independent implementation of NIfTI."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.errors import OutputError
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
def test_a_name_that_is_no_utf8_is_refused_and_nothing_is_left(tmp_path: Path, labels: NDArray[np.uint8]) -> None:
    folder = tmp_path / LATIN_1
    folder.mkdir()
    with pytest.raises(OutputError, match="its name is not UTF-8"):
        write_label_map(folder / "a.nii.gz", labels, np.eye(4))
    assert list(folder.iterdir()) == []
