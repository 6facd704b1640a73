from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from LVSegULib.reading.inputs import expand_inputs
from Testing.conftest import DicomPhantom


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "data"
    path.mkdir()
    yield path


def a_file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"any content")
    return path


def test_files_and_missing_paths_stay_as_they_are(folder: Path) -> None:
    file = a_file(folder / "a.nii")
    assert expand_inputs([file, folder / "missing"]) == [file, folder / "missing"]


def test_a_folder_of_images_becomes_its_images(folder: Path) -> None:
    images = [a_file(folder / name) for name in ("a.nii.gz", "b.NRRD", "c.mha")]
    for other in ("notes.txt", "a.seg.nrrd", ".hidden.nii"):
        a_file(folder / other)
    assert expand_inputs([folder]) == images


def test_the_dicom_of_one_patient_stays_one_input(folder: Path) -> None:
    phantom = DicomPhantom(folder)
    phantom.write(below="series1")
    phantom.write(below="series2", series_number=8)
    assert expand_inputs([folder]) == [folder]


def test_dicom_beside_an_image_is_still_dicom(folder: Path) -> None:
    DicomPhantom(folder).write()
    a_file(folder / "result.nii.gz")
    assert expand_inputs([folder]) == [folder]


def test_a_folder_of_patients_becomes_its_patients(folder: Path) -> None:
    for name in ("patient1", "patient2"):
        DicomPhantom(folder / name).write(below="cine")
    a_file(folder / "contours" / "endo.txt")
    assert expand_inputs([folder]) == [folder / "patient1", folder / "patient2"]


def test_a_damaged_patient_is_one_of_the_patients(folder: Path) -> None:
    DicomPhantom(folder / "patient1").write()
    DicomPhantom(folder / "patient2").write()
    for file in (folder / "patient2").iterdir():
        file.write_bytes(file.read_bytes()[:200])
    assert expand_inputs([folder]) == [folder / "patient1", folder / "patient2"]


def test_dicom_without_patient_is_a_patient_of_its_own(folder: Path) -> None:
    def nameless(dataset: Dataset, _: int, __: int) -> None:
        del dataset.PatientID

    for name in ("patient1", "patient2"):
        DicomPhantom(folder / name).write(nameless)
    assert expand_inputs([folder]) == [folder / "patient1", folder / "patient2"]


@pytest.mark.parametrize("content", [[], ["notes.txt"]])
def test_a_folder_in_which_nothing_is_recognised_is_kept(folder: Path, content: list[str]) -> None:
    for name in content:
        a_file(folder / name)
    assert expand_inputs([folder]) == [folder]
