from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from LVSegULib.errors import InputError
from LVSegULib.reading import read_cine
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


def test_label_maps_beside_their_images_are_no_inputs(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "LVSegULib")
    images = [a_file(folder / name) for name in ("alone_gt.nii.gz", "anna.nii.gz", "bo.seq.nrrd")]
    drawn = [a_file(folder / name) for name in ("anna_gt.nii.gz", "bo-label.mha")]
    assert expand_inputs([folder]) == images
    assert caplog.messages == [
        f"{file}: left out, it is a label map by its name, and its image lies beside it" for file in drawn
    ]
    assert expand_inputs(drawn) == drawn  # reading says what they are


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


def test_images_beside_folders_of_patients_are_inputs_too(folder: Path) -> None:
    for name in ("patient1", "patient2"):
        DicomPhantom(folder / name).write()
    image = a_file(folder / "stray.nii.gz")
    assert expand_inputs([folder]) == [image, folder / "patient1", folder / "patient2"]


def test_an_image_beside_the_series_of_one_patient_is_an_input_too(folder: Path) -> None:
    phantom = DicomPhantom(folder)
    phantom.write(below="series1")
    phantom.write(below="series2", series_number=8)
    image = a_file(folder / "stray.nii.gz")
    assert expand_inputs([folder]) == [image, folder]


def test_an_image_among_dicom_files_is_left_out_with_a_line(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    DicomPhantom(folder).write()
    image = a_file(folder / "stray.nii.gz")
    assert expand_inputs([folder]) == [folder]
    assert caplog.messages == [f"{image}: left out, as DICOM lies beside: give image files as inputs of their own"]


def test_a_folder_of_images_further_down_is_left_out_with_a_line(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    image = a_file(folder / "a.nii.gz")
    a_file(folder / "more" / "b.nii.gz")
    a_file(folder / "notes" / "b.txt")
    assert expand_inputs([folder]) == [image]
    assert caplog.messages == [
        f"{folder / 'more'}: skipped, there are only images in it: give it as an input of its own"
    ]


def test_of_folders_with_images_only_reading_says_what_to_do(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("patient1/._a.nii.gz", "patient1/a.nii.gz", "patient2/b.nii.gz"):
        a_file(folder / name)
    assert expand_inputs([folder]) == [folder]
    assert caplog.messages == []
    said = (
        r"holds images in its sub-folders only, such as patient1.a\.nii\.gz: give these folders, or use lvsegu cohort"
    )
    with pytest.raises(InputError, match=said):
        read_cine(folder)


def test_results_of_an_earlier_run_are_no_inputs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "LVSegULib")
    monkeypatch.setattr("LVSegULib.reading.inputs.is_label_map_of_ours", lambda path: path.name == "Phantom_1.nii.gz")
    DicomPhantom(folder).write(below="cine")
    result = a_file(folder / "Phantom_1.nii.gz")
    assert expand_inputs([folder]) == [folder]
    assert caplog.messages == [f"{result}: left out, the report beside it says that it is a result"]


def test_a_patient_whose_folder_cannot_be_listed_is_one_of_the_patients(
    folder: Path, close_folder: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    patients = [folder / f"patient{number}" for number in (1, 2, 3)]
    for patient in patients:
        DicomPhantom(patient).write()
    close_folder(patients[1])
    assert expand_inputs([folder]) == patients
    assert caplog.messages == []


def test_a_folder_that_cannot_be_listed_is_kept(folder: Path, close_folder: Callable[[Path], None]) -> None:
    close_folder(folder)
    assert expand_inputs([folder]) == [folder]
