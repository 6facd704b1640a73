"""Cases to prune on, whose they are, and the slices that the network is calibrated and judged on."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import torch

from LVSegULib.errors import InputError
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.pruning.data import UnlabelledCase, calibration_images, judging_slices, open_cases
from LVSegULib.reading.labelled import LabelledCase
from LVSegULib.reading.nnunet import open_raw_dataset
from LVSegULib.training.augmentation_config import AugmentationConfig
from LVSegULib.training.data import load_slices


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


class Bright(torch.nn.Module):
    """A network that finds what is brighter than half."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images - 0.5


NETWORK: Any = Bright()


def a_spec(rows: int = 48, columns: int = 48, **augmentation: object) -> ModelSpec:
    training = {"config": {"augmentation": augmentation}}
    return ModelSpec("bright", UNetConfig.from_levels((1, 1)), (CAVITY,), Grid(2.5, rows, columns), training=training)


def is_among(some: torch.Tensor, images: torch.Tensor) -> list[bool]:
    """Whether each of `some` slices is one of `images`, up to rounding."""
    return [bool(((images - one).abs().amax((1, 2, 3)) < 1e-5).any()) for one in some]


@pytest.fixture
def cases(a_data_set_of_phantom_hearts: Path) -> Sequence[LabelledCase]:
    return open_cases([str(a_data_set_of_phantom_hearts)], ["LV"])[0]


def as_they_are(cases: Sequence[LabelledCase], spec: ModelSpec) -> torch.Tensor:
    """All slices as the network sees them."""
    slices = load_slices(cases, (1,), spec.grid)
    return slices.batch(torch.arange(len(slices)), torch.device("cpu"))[0]


def test_a_third_of_the_slices_is_as_the_network_sees_them_and_the_others_are_varied(
    cases: Sequence[LabelledCase],
) -> None:
    found = calibration_images(cases, a_spec(), NETWORK, 90, 3)
    assert found.shape == (90, 1, 48, 48)
    assert is_among(found, as_they_are(cases, a_spec())) == [True] * 30 + [False] * 60
    assert torch.equal(found, calibration_images(cases, a_spec(), NETWORK, 90, 3))
    assert not torch.equal(found, calibration_images(cases, a_spec(), NETWORK, 90, 4))


def test_slices_are_varied_as_in_training(cases: Sequence[LabelledCase]) -> None:
    """With everything off that this version knows; what another one knew is passed over."""
    off = {one.name: 1.0 if one.name in ("scale", "low_resolution") else 0.0 for one in fields(AugmentationConfig)}
    spec = a_spec(**off | {"flip": False, "wobble": 3.0})
    assert all(is_among(calibration_images(cases, spec, NETWORK, 12, 3), as_they_are(cases, spec)))


def test_without_labels_what_the_network_finds_is_the_reference(cases: Sequence[LabelledCase]) -> None:
    drawn = judging_slices(cases, a_spec(), NETWORK, is_labelled=True)
    found = judging_slices(cases, a_spec(), NETWORK, is_labelled=False)
    assert torch.equal(drawn.targets, load_slices(cases, (1,), a_spec().grid).targets)
    assert torch.equal(found.targets, 255 * (as_they_are(cases, a_spec()) > 0.5).to(torch.uint8))
    assert not torch.equal(found.targets, drawn.targets)  # the network's own contours
    assert torch.equal(found.images, drawn.images) and found.names == drawn.names
