"""nnU-Net raw folders, written with nibabel."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.nnunet import open_raw_dataset

ACDC = {"background": 0, "RV": 1, "MYO": 2, "LV": 3}


def save(path: Path, data: NDArray[Any], shift_mm: float = 0.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    matrix = np.diag([-1.5, -1.5, 8.0, 1.0])
    matrix[0, 3] = shift_mm
    nibabel.save(nibabel.Nifti1Image(data, matrix), path)


def a_raw_dataset(folder: Path, labels: dict[str, Any], *names: str, shift_mm: float = 0.0) -> Path:
    rng = np.random.default_rng(2)
    folder.mkdir(exist_ok=True)
    description = {"channel_names": {"0": "cine MRI"}, "labels": labels, "file_ending": ".nii.gz"}
    (folder / "dataset.json").write_text(json.dumps(description))
    for name in names:
        save(folder / "imagesTr" / f"{name}_0000.nii.gz", rng.integers(0, 255, (6, 5, 4)).astype("u1"))
        label = np.tile(np.arange(4, dtype="u1"), (6, 5, 1))  # slice k holds the label k everywhere
        save(folder / "labelsTr" / f"{name}.nii.gz", label, shift_mm)
    return folder


def test_labels_are_mapped_by_name(tmp_path: Path) -> None:
    dataset = open_raw_dataset(a_raw_dataset(tmp_path / "Dataset103_ACDC", ACDC, "patient001_frame01"))
    assert (dataset.name, dataset.labels) == ("Dataset103_ACDC", {"RV": 1, "MYO": 2, "LV": 3})
    cine, labels = dataset.cases[0].read()
    assert cine.frames.shape == (1, 4, 5, 6)
    assert labels is not None
    assert labels.dtype == np.uint8
    assert labels[0, :, 0, 0].tolist() == [0, 3, 2, 1]  # LVSegU: 1 cavity, 2 myocardium, 3 right cavity


def test_patient_and_phase_come_from_the_name(tmp_path: Path) -> None:
    names = (
        "SC-HF-I-01_ED",
        "SC-HF-I-01_ES",
        "animal01_phase07",
        "patient001_frame12",
        "other_stack",
        "ann_es",
        "bo-ED",
        "c-frame3",
    )
    cases = open_raw_dataset(a_raw_dataset(tmp_path, ACDC, *names)).cases
    found = {case.name: (case.patient, case.phase) for case in cases}
    assert found == {
        "SC-HF-I-01_ED": ("SC-HF-I-01", "ED"),
        "SC-HF-I-01_ES": ("SC-HF-I-01", "ES"),
        "ann_es": ("ann", "ES"),
        "animal01_phase07": ("animal01", None),
        "patient001_frame12": ("patient001", None),
        "other_stack": ("other_stack", None),
        "bo-ED": ("bo", "ED"),
        "c-frame3": ("c", None),
    }


def test_test_images_are_kept_apart(tmp_path: Path) -> None:
    a_raw_dataset(tmp_path, ACDC, "a_ED")
    save(tmp_path / "imagesTs" / "b_ED_0000.nii.gz", np.arange(120, dtype="u1").reshape(6, 5, 4))
    dataset = open_raw_dataset(tmp_path)
    assert dataset.patients == ("a",)
    assert [case.patient for case in dataset.test_cases] == ["b"]
    assert dataset.test_cases[0].read()[1] is None


def test_a_label_value_without_a_name(tmp_path: Path) -> None:
    dataset = open_raw_dataset(a_raw_dataset(tmp_path, {"background": 0, "LV": 1}, "a_ED"))
    with pytest.raises(InputError, match=r"label values \[2, 3\], which dataset.json does not name"):
        dataset.cases[0].read()


def test_labels_on_another_grid(tmp_path: Path) -> None:
    dataset = open_raw_dataset(a_raw_dataset(tmp_path, ACDC, "a_ED", shift_mm=3.0))
    with pytest.raises(GeometryError, match="lies up to 3 mm away from its image"):
        dataset.cases[0].read()


def test_labels_of_another_size(tmp_path: Path) -> None:
    dataset = open_raw_dataset(a_raw_dataset(tmp_path, ACDC, "a_ED"))
    save(tmp_path / "labelsTr" / "a_ED.nii.gz", np.zeros((6, 5, 3), "u1"))
    with pytest.raises(GeometryError, match=r"shape \(1, 3, 5, 6\), its image \(1, 4, 5, 6\)"):
        dataset.cases[0].read()


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"background": 0, "heart": 1}, r"unknown labels \['heart'\], expected some of LV \(LV blood pool\)"),
        ({"background": 0, "LV": [1, 2]}, "region of several values"),
        ({"0": "background", "1": "LV"}, "keyed by value"),
        ({"1": 1, "LV": 2}, "keyed by value"),
        ({"background": 0, "LV": 1, "MYO": 1}, "a value of its own"),
        ({"background": 0}, "unknown labels"),
        ({"background": 1, "LV": 2}, "background must be 0"),
        ({"LV": 0}, "background must be 0"),  # which it is also where it has no name
        ({"background": 0, "LV": 256}, "whole number from 0 to 255"),
        ({"background": 0, "LV": -1}, "whole number from 0 to 255"),
        ({"background": 0, "LV": 1.0}, "whole number from 0 to 255"),
        ({"background": 0, "LV": True}, "'LV' has the value True, expected a whole number from 0 to 255"),
        ({"background": False, "LV": 1}, "'background' has the value False"),
        ({"Background": 1, "LV": 2}, "background must be 0"),
        ({"background": 0, "LV": 1, "Ignore": 2}, "the label 'Ignore', of voxels that nobody judged, is not supported"),
        ({"background": 0, "LV": 1, "endo": 2}, "'LV' and 'endo' both stand for the LV blood pool: rename one"),
    ],
)
def test_labels_that_cannot_be_mapped(tmp_path: Path, labels: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        open_raw_dataset(a_raw_dataset(tmp_path, labels, "a_ED"))


@pytest.mark.parametrize(
    "labels",
    [
        {"Background": 0, "rv": 1, "Myocardium": 2, "left ventricle": 3},
        {"background": 0, "RV": 1, "MLV": 2, "LVC": 3},
        {"background": [0], "RV": [1], "MYO": [2], "LV": [3]},
    ],
)
def test_labels_in_other_words(tmp_path: Path, labels: dict[str, Any]) -> None:
    dataset = open_raw_dataset(a_raw_dataset(tmp_path, labels, "a_ED"))
    assert dataset.labels == {"RV": 1, "MYO": 2, "LV": 3}
    found = dataset.cases[0].read()[1]
    assert found is not None
    assert found[0, :, 0, 0].tolist() == [0, 3, 2, 1]


def test_what_is_no_raw_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        open_raw_dataset(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"has no dataset\.json"):
        open_raw_dataset(tmp_path)
    (tmp_path / "dataset.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read as JSON"):
        open_raw_dataset(tmp_path)


def test_no_images(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no NAME_0000\.nii\.gz"):
        open_raw_dataset(a_raw_dataset(tmp_path, ACDC))


def test_the_largest_label_value_is_255_and_background_needs_no_name(tmp_path: Path) -> None:
    dataset = open_raw_dataset(a_raw_dataset(tmp_path, {"LV": 255, "MYO": 2}, "a_ED"))
    save(tmp_path / "labelsTr" / "a_ED.nii.gz", np.tile(np.array([0, 2, 255, 0], "u1"), (6, 5, 1)))
    labels = dataset.cases[0].read()[1]
    assert labels is not None
    assert labels[0, :, 0, 0].tolist() == [0, 2, 1, 0]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"channel_names": {"0": "cine", "1": "LGE"}}, "several channels"),
        ({"modality": {"0": "cine", "1": "LGE"}}, r"several channels \(modality\)"),
        ({"channel_names": None}, ""),
        ({"channel_names": None, "modality": {"0": "cine"}}, ""),
        ({"file_ending": ".NII.GZ"}, ""),
        ({"file_ending": ".png"}, r"file_ending is '\.png', expected one of \.nii\.gz"),
        ({"file_ending": ".seg.nrrd"}, "for segmentations of 3D Slicer use lvsegu dataset add"),
        ({"modality": ["MR", "cine"]}, ""),
        ({"modality": "cine MR"}, ""),
        ({"dataset": "ACDC"}, ""),
        ({"dataset": ["ACDC"]}, ""),
        ({"dataset": {"name": "ACDC", "version": 1}}, ""),
        ({"dataset": {"name": "ACDC", "authors": {"first": "x"}}}, ""),
        ({"dataset": {"a": {"images": ["a.nii"]}, "b": ["b.nii"]}}, '"dataset" must be {"NAME": {"images"'),
        ({"dataset": {"a": {"images": "a.nii"}}}, '"dataset" must be'),
        ({"dataset": {"a": {"images": [1]}}}, '"dataset" must be'),
        ({"dataset": {"a": {"images": ["a.nii"], "label": 1}}}, '"dataset" must be'),
        ({"dataset": {"../a": {"images": ["a.nii"]}}}, '"dataset" must be'),
        ({"dataset": {"..": {"images": ["a.nii"]}}}, '"dataset" must be'),
        ({"dataset": {".": {"images": ["a.nii"]}}}, '"dataset" must be'),
        ({"dataset": {"": {"images": ["a.nii"]}}}, '"dataset" must be'),
        ({"dataset": {"a": {"images": ["a.nii", "b.nii"]}}}, r"a has 2 images, expected one \(cine MR\)"),
        ({"dataset": {"a": {"images": ["a.nii"]}}}, ""),
        ({"file_ending": None}, "file_ending is None"),
        ({"labels": ["LV"]}, 'has no "labels" by name'),
    ],
)
def test_what_the_description_must_say(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    file = a_raw_dataset(tmp_path, ACDC, "a_ED") / "dataset.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changed))
    if said:
        with pytest.raises(InputError, match=said):
            open_raw_dataset(tmp_path)
    else:
        assert len(open_raw_dataset(tmp_path).cases) == 1


def test_a_description_that_is_a_list(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_text("[]")
    with pytest.raises(InputError, match='has no "labels" by name'):
        open_raw_dataset(tmp_path)


@pytest.mark.parametrize(("shift_mm", "wider_mm", "fits"), [(0.09, 0, True), (0.11, 0, False), (0, 0.019, True)])
def test_a_tenth_of_a_millimetre_apart_is_the_same_grid(
    tmp_path: Path, shift_mm: float, wider_mm: float, fits: bool
) -> None:
    assert corners_fit(tmp_path, shift_mm, wider_mm) == fits


@pytest.mark.parametrize(("axis", "last"), [(0, 5), (1, 4), (2, 3)])
def test_the_last_pixels_may_be_no_further_apart_than_the_first(tmp_path: Path, axis: int, last: int) -> None:
    """Of 6 x 5 x 4 pixels the last ones are 5, 4 and 3 steps away from the first."""
    assert corners_fit(tmp_path, 0, 0.09 / last, axis)
    assert not corners_fit(tmp_path, 0, 0.11 / last, axis)


def corners_fit(folder: Path, shift_mm: float, wider_mm: float, axis: int = 0) -> bool:
    """Whether a label map fits that is shifted along the rows and has pixels that are wider along an axis."""
    dataset = open_raw_dataset(a_raw_dataset(folder, ACDC, "a_ED", shift_mm=shift_mm))
    label = dataset.cases[0].label
    assert label is not None
    image = nibabel.load(label)
    matrix = image.affine.copy()
    matrix[axis, axis] += np.copysign(wider_mm, matrix[axis, axis])
    nibabel.save(nibabel.Nifti1Image(np.asarray(image.dataobj), matrix), label)
    try:
        dataset.cases[0].read()
    except GeometryError:
        return False
    return True


@pytest.mark.parametrize(("share", "fits"), [(0.09, True), (0.11, False)])
def test_of_small_pixels_it_is_a_tenth_of_one(tmp_path: Path, share: float, fits: bool) -> None:
    """A tenth of a millimetre is a whole pixel of a mouse's heart."""
    pixel_mm = 0.1
    dataset = open_raw_dataset(a_raw_dataset(tmp_path, ACDC, "a_ED"))
    case = dataset.cases[0]
    assert case.label is not None
    for path, shift_mm in ((case.image, 0.0), (case.label, share * pixel_mm)):
        matrix = np.diag([-pixel_mm, -pixel_mm, 0.8, 1.0])
        matrix[0, 3] = shift_mm
        nibabel.save(nibabel.Nifti1Image(np.asarray(nibabel.load(path).dataobj), matrix), path)
    if fits:
        case.read()
    else:
        with pytest.raises(GeometryError, match=r"lies up to 0\.011 mm away"):
            case.read()


def test_endings_in_large_letters_and_hidden_files(tmp_path: Path) -> None:
    a_raw_dataset(tmp_path, ACDC, "a_ED", "b_ED")
    (tmp_path / "imagesTr" / "a_ED_0000.nii.gz").rename(tmp_path / "imagesTr" / "a_ED_0000.NII.GZ")
    (tmp_path / "labelsTr" / "b_ED.nii.gz").rename(tmp_path / "labelsTr" / "b_ED.Nii.gz")
    (tmp_path / "imagesTr" / "._a_ED_0000.nii.gz").touch()  # as macOS writes beside a file
    cases = open_raw_dataset(tmp_path).cases
    assert [case.name for case in cases] == ["a_ED", "b_ED"]
    assert all(case.read()[1] is not None for case in cases)


def test_letters_with_marks_are_the_same_together_and_apart(tmp_path: Path) -> None:
    name = "Müller_ED"
    a_raw_dataset(tmp_path, ACDC, name)
    label = tmp_path / "labelsTr" / f"{name}.nii.gz"
    label.rename(label.with_name(unicodedata.normalize("NFD", label.name)))
    (case,) = open_raw_dataset(tmp_path).cases
    assert case.name == name
    assert case.read()[1] is not None


def test_ed_and_es_are_of_one_patient_whether_letters_and_marks_are_together_or_apart(tmp_path: Path) -> None:
    a_raw_dataset(tmp_path, ACDC, "Müller_ED", "Müller_ES")
    image = tmp_path / "imagesTr" / "Müller_ES_0000.nii.gz"
    image.rename(image.with_name(unicodedata.normalize("NFD", image.name)))
    dataset = open_raw_dataset(tmp_path)
    assert dataset.patients == ("Müller",)
    assert {case.name for case in dataset.cases} == {"Müller_ED", "Müller_ES"}
    assert all(case.read()[1] is not None for case in dataset.cases)


def test_listed_cases_are_of_one_patient_whether_letters_and_marks_are_together_or_apart(tmp_path: Path) -> None:
    file = a_raw_dataset(tmp_path, ACDC) / "dataset.json"
    listed = {name: {"images": ["a.nii"]} for name in ("Müller_ED", unicodedata.normalize("NFD", "Müller_ES"))}
    file.write_text(json.dumps(json.loads(file.read_text()) | {"dataset": listed}))
    assert open_raw_dataset(tmp_path).patients == ("Müller",)


def test_an_image_in_the_place_of_a_label_map(tmp_path: Path) -> None:
    dataset = open_raw_dataset(a_raw_dataset(tmp_path, {"background": 0, "LV": 1}, "a_ED"))
    save(tmp_path / "labelsTr" / "a_ED.nii.gz", np.arange(120, dtype="u1").reshape(6, 5, 4))
    said = r"holds the values 2, 3, 4, 5, 6 and 113 more that dataset\.json does not name: it is an image"
    with pytest.raises(InputError, match=said):
        dataset.cases[0].read()


@pytest.mark.parametrize(("text", "said"), [("[" * 100_000, "it has lists inside of lists"), ("{", "it is no JSON")])
def test_a_description_that_is_no_json(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "dataset.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=rf"cannot be read as JSON \({said}.*\): correct or export it again"):
        open_raw_dataset(tmp_path)
