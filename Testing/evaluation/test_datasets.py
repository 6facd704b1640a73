"""Data sets as cases: an nnU-Net raw folder on disk, and Sunnybrook patients with contours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from LVSegULib.cine import Cine
from LVSegULib.errors import InputError
from LVSegULib.evaluation import datasets
from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.evaluation.datasets import open_evaluation_set
from LVSegULib.evaluation.evaluate import evaluate
from LVSegULib.evaluation.records import compare
from LVSegULib.evaluation.report import report_text
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.reading.sunnybrook import SunnybrookCine


def write_stack(folder: Path, name: str, labels: np.ndarray | None, part: str = "Tr") -> None:
    """An image of 3 slices of 24 x 20 pixels and its label map."""
    for kind in ("images", "labels"):
        (folder / f"{kind}{part}").mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(1).random((3, 24, 20)).astype(np.float32)
    sitk.WriteImage(sitk.GetImageFromArray(pixels), folder / f"images{part}" / f"{name}_0000.nii.gz")
    if labels is not None:
        sitk.WriteImage(sitk.GetImageFromArray(labels), folder / f"labels{part}" / f"{name}.nii.gz")


@pytest.fixture
def a_raw_folder(tmp_path: Path) -> Path:
    """MYO is 1 and LV 2 in it, as in no other; patient a has ED and ES, b only an image."""
    folder = tmp_path / "Dataset900_Test"
    labels = np.zeros((3, 24, 20), np.uint8)
    labels[1, 5:9, 5:9], labels[1, 12:14, 5:9] = 2, 1
    for phase in ("ED", "ES"):
        write_stack(folder, f"a_{phase}", labels)
    write_stack(folder, "b_ED", None)
    description = {"labels": {"background": 0, "MYO": 1, "LV": 2}, "file_ending": ".nii.gz"}
    (folder / "dataset.json").write_text(json.dumps(description), encoding="utf-8")
    return folder


def test_cases_with_a_label_map_are_listed(a_raw_folder: Path) -> None:
    dataset = open_evaluation_set(a_raw_folder)
    assert (dataset.name, dataset.labels) == ("Dataset900_Test", (CAVITY, MYOCARDIUM))
    assert [(case.name, case.patient) for case in dataset.cases] == [("a_ED", "a"), ("a_ES", "a")]


def test_labels_are_read_by_name_and_phases_from_the_file_name(a_raw_folder: Path) -> None:
    reference = open_evaluation_set(a_raw_folder).cases[1].read()
    assert np.count_nonzero(reference.labels == CAVITY.value) == 16
    assert np.count_nonzero(reference.labels == MYOCARDIUM.value) == 8
    assert (reference.frames, dict(reference.phases)) == ((0,), {0: "ES"})


def test_a_label_map_in_which_nothing_is_drawn_is_left_out(a_raw_folder: Path) -> None:
    """Rather an image that nobody has drawn yet than one without a heart."""
    write_stack(a_raw_folder, "c_ED", np.zeros((3, 24, 20), np.uint8))
    cases = open_evaluation_set(a_raw_folder).cases
    reference = cases[-1].read()  # as others than `evaluate` take it
    assert (reference.frames, reference.labels.any()) == ((0,), False)
    evaluation = evaluate("one is empty", cases, lambda case, _cine: case.read().labels)
    assert evaluation.labels["LV"].pooled_dice.value == 1
    assert report_text(evaluation).endswith(
        "c_ED was left out: nothing is drawn in its label map: draw it, or take it out"
    )


def test_images_without_label_map_are_named_once(a_raw_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_stack(a_raw_folder, "test", None, part="Ts")  # as in a challenge, whose labels nobody is given
    for _ in range(2):
        open_evaluation_set(a_raw_folder)
    assert caplog.messages == [f"{a_raw_folder}: 1 image has no label map and is left out: b_ED"]
    for name in "cdefg":
        write_stack(a_raw_folder, name, None)
    write_stack(a_raw_folder, "h", np.ones((3, 24, 20), np.uint8), part="Ts")
    open_evaluation_set(a_raw_folder)
    assert caplog.messages[1:] == [
        f"{a_raw_folder}: 7 images have no label map and are left out: b_ED, c, d, e, f and 2 more"
    ]


def test_a_folder_of_test_images_only_is_a_data_set(a_raw_folder: Path) -> None:
    for kind in ("images", "labels"):
        (a_raw_folder / f"{kind}Tr").rename(a_raw_folder / f"{kind}Ts")
    assert [case.name for case in open_evaluation_set(a_raw_folder).cases] == ["a_ED", "a_ES"]


def test_test_images_with_labels_count_too(a_raw_folder: Path) -> None:
    write_stack(a_raw_folder, "d_ED", np.ones((3, 24, 20), np.uint8), part="Ts")
    assert open_evaluation_set(a_raw_folder).cases[-1].name == "d_ED"


def test_a_folder_without_references_is_refused(a_raw_folder: Path) -> None:
    for path in (a_raw_folder / "labelsTr").iterdir():
        path.unlink()
    with pytest.raises(InputError, match="no image has a reference"):
        open_evaluation_set(a_raw_folder)


@pytest.mark.parametrize("name", ["none", "empty"])
def test_a_folder_of_neither_kind_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=name):
        open_evaluation_set(tmp_path / name)


@dataclass(frozen=True)
class APatientOnPaper:
    """A Sunnybrook patient with a square contour at ED (frame 1) and ES (frame 4) of six frames."""

    name: str = "SC-N-02"
    scd_name: str = "SCD0000902"

    def read(self) -> SunnybrookCine:
        frames = np.random.default_rng(2).random((6, 3, 30, 30)).astype(np.float32)
        cine = Cine(frames, np.diag([1.5, 1.5, 8.0, 1.0]))
        return SunnybrookCine(cine, {(1, 1): a_square(5.0, 14.0), (4, 1): a_square(5.0, 11.0)}, 1, 4)


def a_square(low: float, high: float) -> np.ndarray:
    return np.array([[low, low], [high, low], [high, high], [low, high]])


@pytest.fixture
def a_sunnybrook_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EvaluationCase:
    monkeypatch.setattr(datasets, "open_dataset", lambda _folder: (APatientOnPaper(),))
    return open_evaluation_set(tmp_path).cases[0]


def test_only_the_frames_with_contours_are_compared(a_sunnybrook_case: EvaluationCase) -> None:
    reference = a_sunnybrook_case.read()
    assert (a_sunnybrook_case.name, a_sunnybrook_case.patient) == ("SCD0000902", "SC-N-02")
    assert (reference.frames, dict(reference.phases)) == ((1, 4), {1: "ED", 4: "ES"})


def test_distances_are_measured_to_the_experts_own_contour(a_sunnybrook_case: EvaluationCase) -> None:
    reference = a_sunnybrook_case.read()
    predicted = np.zeros_like(reference.labels)
    predicted[1, 1, 7:13, 7:13] = 1  # from 6.5 to 12.5 pixels: 1.5 pixels of 1.5 mm inside the contour all round
    slices, _ = compare(a_sunnybrook_case, reference, predicted, CAVITY)
    assert slices[0].apd_mm == pytest.approx(2.25, abs=0.1)


def test_the_sample_patients_masks_agree_with_its_contours(the_sample_patient: Path) -> None:
    (case,) = open_evaluation_set(the_sample_patient).cases
    reference = case.read()
    slices, volumes = compare(case, reference, reference.labels, CAVITY)
    assert len(slices) == len(list(the_sample_patient.rglob("*icontour-manual.txt")))
    assert all(record.dice == 1 for record in slices)
    # The masks hold the contour's own pixels: their outline lies outside the contour, by less than a pixel.
    assert max(record.apd_mm for record in slices) < reference.cine.spacing_mm[2]
    assert [record.phase for record in volumes if record.reference_ml == max(v.reference_ml for v in volumes)] == ["ED"]


def test_a_folder_that_is_no_data_set_hears_of_both_layouts(tmp_path: Path) -> None:
    said = r"is no data set, expected an nnU-Net raw folder \(dataset\.json, .*\) or the Sunnybrook Cardiac Data \(scd_"
    with pytest.raises(InputError, match=said):
        open_evaluation_set(tmp_path)
    with pytest.raises(InputError, match="none: does not exist: check the path"):
        open_evaluation_set(tmp_path / "none")


def test_a_folder_with_the_files_of_both_layouts_is_a_raw_folder(a_raw_folder: Path) -> None:
    (a_raw_folder / "scd_patientdata.csv").touch()
    assert [case.name for case in open_evaluation_set(a_raw_folder).cases] == ["a_ED", "a_ES"]


def test_a_data_set_knows_where_it_lies(a_raw_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(a_raw_folder)
    assert open_evaluation_set(Path()).folder == a_raw_folder.resolve()
