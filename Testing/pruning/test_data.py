"""Cases to prune on: whose an image without labels is, by its name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from LVSegULib.errors import InputError
from LVSegULib.pruning.data import UnlabelledCase, open_cases
from LVSegULib.reading.nnunet import open_raw_dataset


@pytest.mark.parametrize(
    ("file", "patient"),
    [
        ("SC-HF-I-01_ED_0000.nii.gz", "SC-HF-I-01"),
        ("SC-HF-I-01_ES_0000.nii.gz", "SC-HF-I-01"),
        ("anna_phase07_0000.nrrd", "anna"),
        ("anna_frame12_0000.NII.GZ", "anna"),
        ("anna_0000.nii.gz", "anna"),
        ("anna_ED.nii.gz", "anna"),
        ("anna_EDV.nii", "anna_EDV"),
        ("anna.mha", "anna"),
        ("0000", "0000"),  # a folder of DICOM
        ("anna_ED", "anna_ED"),
    ],
)
def test_an_image_is_of_the_patient_that_its_name_says(file: str, patient: str) -> None:
    assert UnlabelledCase(Path("images") / file).patient == patient


def test_images_alone_are_of_the_same_patients_as_in_their_data_set(a_data_set_of_phantom_hearts: Path) -> None:
    cases, is_labelled = open_cases([str(a_data_set_of_phantom_hearts / "imagesTr")], ["LV"])
    assert not is_labelled
    data_set = open_raw_dataset(a_data_set_of_phantom_hearts)
    assert [case.patient for case in cases] == [case.patient for case in data_set.cases]
    assert len({case.name for case in cases}) == len(cases)


def test_a_folder_with_the_files_of_both_layouts_is_a_raw_folder(
    a_data_set_of_phantom_hearts: Path, tmp_path: Path
) -> None:
    shutil.copytree(a_data_set_of_phantom_hearts, tmp_path / "both")
    (tmp_path / "both" / "scd_patientdata.csv").touch()
    cases, is_labelled = open_cases([str(tmp_path / "both")], ["LV"])
    assert is_labelled
    assert [case.name for case in cases] == [case.name for case in open_raw_dataset(tmp_path / "both").cases]


def test_a_path_that_does_not_exist_is_said_so(a_data_set_of_phantom_hearts: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: does not exist: check the path"):
        open_cases([str(a_data_set_of_phantom_hearts), str(tmp_path / "none")], ["LV"])


def test_a_folder_that_is_no_data_set_does_not_go_with_one(a_data_set_of_phantom_hearts: Path) -> None:
    images = a_data_set_of_phantom_hearts / "imagesTr"
    with pytest.raises(InputError, match="imagesTr: has no labels, and other --data has"):
        open_cases([str(a_data_set_of_phantom_hearts), str(images)], ["LV"])
