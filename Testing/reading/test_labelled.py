"""Labelled cases come alike from every kind of data set."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from LVSegULib.errors import InputError
from LVSegULib.reading.labelled import is_dataset, open_dataset, open_labelled
from LVSegULib.reading.nnunet import RawDataset
from LVSegULib.reading.sunnybrook import open_sunnybrook


def test_a_sunnybrook_release_gives_ed_and_es_with_all_their_slices(the_sample_patient: Path) -> None:
    (case,) = open_labelled(the_sample_patient, ["LV"])
    assert (case.patient, case.name) == ("SC-HF-I-01", "SCD0000101")
    cine, labels = case.read()
    assert cine.frames.shape == labels.shape == (2, 12, 256, 256)
    with_contour = np.count_nonzero(labels.any(axis=(2, 3)), axis=1)
    # icontour files of the release: nine with (number - 1) % 20 = 7, which is ES, and nine with 18, which is ED
    assert with_contour.tolist() == [9, 9]
    assert labels[1].sum() > labels[0].sum()
    drawn = open_sunnybrook(the_sample_patient)[0].read()
    np.testing.assert_array_equal(cine.frames, drawn.cine.frames[[drawn.es_frame, drawn.ed_frame]])
    np.testing.assert_array_equal(labels, drawn.labels()[[drawn.es_frame, drawn.ed_frame]])


def test_a_release_is_used_for_the_cavity_which_is_all_that_it_knows(the_sample_patient: Path) -> None:
    (case,) = open_labelled(the_sample_patient, ["MYO", "LV"])
    assert case.labels == ("LV",)
    with pytest.raises(InputError, match=r"has no label MYO, RV \(it has LV\): leave the data set out"):
        open_labelled(the_sample_patient, ["MYO", "RV"])


def test_a_release_names_the_files_that_it_is_read_from(the_sample_patient: Path) -> None:
    (case,) = open_labelled(the_sample_patient, ["LV"])
    assert all(path.is_file() for path in case.files)
    contours = [path for path in case.files if path.name.endswith("icontour-manual.txt")]
    assert len(contours) == 18  # nine of ED and nine of ES
    images = set(case.files) - set(contours)
    assert len(images) == 12 * 20  # slices and frames
    assert len(set(case.files)) == len(case.files)
    assert case.files == open_labelled(the_sample_patient, ["LV"])[0].files


def test_of_a_cine_the_frames_are_taken_in_which_somebody_drew(tmp_path: Path) -> None:
    """Else all other frames would be learnt as frames without a heart."""
    folder = tmp_path / "Dataset901_Cines"
    for part in ("imagesTr", "labelsTr"):
        (folder / part).mkdir(parents=True)
    description = {"channel_names": {"0": "MRI"}, "labels": {"background": 0, "LV": 1}, "file_ending": ".nrrd"}
    (folder / "dataset.json").write_text(json.dumps({**description, "numTraining": 2}), encoding="utf-8")
    images = np.arange(5 * 3 * 8 * 8, dtype=np.float32).reshape(5, 3, 8, 8)
    labels = np.zeros(images.shape, np.uint8)
    labels[[1, 3], 1, 2:5, 2:5] = 1
    for name, drawn in (("a", labels), ("b", np.zeros_like(labels))):
        for place, values in ((f"imagesTr/{name}_0000.nrrd", images), (f"labelsTr/{name}.nrrd", drawn)):
            SimpleITK.WriteImage(SimpleITK.GetImageFromArray(values, isVector=False), str(folder / place))
    (cine, found), (whole, none) = (case.read() for case in open_labelled(folder, ["LV"]))
    np.testing.assert_array_equal(cine.frames, images[[1, 3]])
    np.testing.assert_array_equal(found, labels[[1, 3]])
    assert whole.frames.shape == none.shape == images.shape, "nothing is drawn: a cine without a heart, by all we know"


@pytest.fixture
def a_data_set_of_two_labels(a_data_set_of_phantom_hearts: Path, tmp_path: Path) -> Path:
    """A data set that names cavity and right ventricle, with one image that has no label map."""
    folder = tmp_path / "Dataset900_Two"
    shutil.copytree(a_data_set_of_phantom_hearts, folder)
    description = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    description["labels"] = {"background": 0, "LV": 1, "RV": 2}
    (folder / "dataset.json").write_text(json.dumps(description), encoding="utf-8")
    (folder / "labelsTr" / "phantom0_ED.nii.gz").unlink()
    return folder


def test_a_data_set_is_used_for_the_labels_that_it_has(a_data_set_of_two_labels: Path) -> None:
    cases = open_labelled(a_data_set_of_two_labels, ["LV", "MYO"])
    assert {case.labels for case in cases} == {("LV", "RV")}
    assert "phantom0_ED" not in [case.name for case in cases]
    assert "phantom0_ES" in [case.name for case in cases]
    with pytest.raises(InputError, match=r"Dataset900_Two: has no label MYO \(it has LV, RV\)"):
        open_labelled(a_data_set_of_two_labels, ["MYO"])


def test_images_without_label_map_are_named(a_data_set_of_two_labels: Path, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        open_labelled(a_data_set_of_two_labels, ["LV"])
    assert caplog.messages == [f"{a_data_set_of_two_labels}: 1 image has no label map and is left out: phantom0_ED"]


def test_segmentations_of_slicer_are_no_label_maps(
    a_data_set_of_two_labels: Path, caplog: pytest.LogCaptureFixture
) -> None:
    labels = a_data_set_of_two_labels / "labelsTr"
    (labels / "phantom0_ED.seg.nrrd").touch()
    open_labelled(a_data_set_of_two_labels, ["LV"])
    hint = "; of segmentations such as phantom0_ED.seg.nrrd, make label maps with lvsegu dataset add"
    assert caplog.messages[0].endswith(f"left out: phantom0_ED{hint}")
    for file in labels.glob("*.nii.gz"):
        file.unlink()
    with pytest.raises(InputError, match=f"none of its 12 images has a label map in labelsTr: put them there{hint}"):
        open_labelled(a_data_set_of_two_labels, ["LV"])


def test_from_test_images_nothing_is_learnt(a_data_set_of_two_labels: Path) -> None:
    (a_data_set_of_two_labels / "imagesTr").rename(a_data_set_of_two_labels / "imagesTs")
    with pytest.raises(InputError, match="has images in imagesTs only, which nothing is learnt from: put them into"):
        open_labelled(a_data_set_of_two_labels, ["LV"])


def test_cases_may_lie_anywhere_where_the_description_lists_them(
    a_data_set_of_two_labels: Path, tmp_path: Path
) -> None:
    shutil.copytree(a_data_set_of_two_labels, tmp_path / "elsewhere")
    file = a_data_set_of_two_labels / "dataset.json"
    images, labels = tmp_path / "elsewhere" / "imagesTr", tmp_path / "elsewhere" / "labelsTr"
    image = images / "phantom1_ED_0000.nii.gz"
    listed = {
        "a_ED": {"images": [str(image)], "label": "../elsewhere/labelsTr/phantom1_ED.nii.gz"},
        "b_ED": {"images": ["imagesTr/phantom2_ED_0000.nii.gz"]},
    }
    file.write_text(json.dumps(json.loads(file.read_text()) | {"dataset": listed}), encoding="utf-8")
    (case,) = open_labelled(a_data_set_of_two_labels, ["LV"])
    assert (case.name, case.patient) == ("a_ED", "a")
    assert [path.resolve() for path in case.files] == [file, image, labels / "phantom1_ED.nii.gz"]
    assert case.read()[1].any()


def test_a_case_names_its_image_its_labels_and_what_their_numbers_mean(a_data_set_of_two_labels: Path) -> None:
    case = open_labelled(a_data_set_of_two_labels, ["LV"])[0]
    assert case.name == "phantom0_ES"
    assert sorted(path.relative_to(a_data_set_of_two_labels).as_posix() for path in case.files) == [
        "dataset.json",
        "imagesTr/phantom0_ES_0000.nii.gz",
        "labelsTr/phantom0_ES.nii.gz",
    ]


def test_a_data_set_is_known_by_the_files_of_its_layout(
    a_data_set_of_phantom_hearts: Path, the_sample_patient: Path, tmp_path: Path
) -> None:
    assert is_dataset(a_data_set_of_phantom_hearts)
    assert isinstance(open_dataset(a_data_set_of_phantom_hearts), RawDataset)
    assert is_dataset(the_sample_patient)
    assert isinstance(open_dataset(the_sample_patient), tuple)
    assert not is_dataset(tmp_path)


def test_a_folder_with_the_files_of_both_layouts_is_a_raw_folder(
    a_data_set_of_two_labels: Path, the_sample_patient: Path
) -> None:
    shutil.copytree(the_sample_patient, a_data_set_of_two_labels, dirs_exist_ok=True)
    assert isinstance(open_dataset(a_data_set_of_two_labels), RawDataset)
    cases = open_labelled(a_data_set_of_two_labels, ["LV"])
    assert {case.patient for case in cases} == {f"phantom{number}" for number in range(6)}


def test_a_file_or_empty_folder_is_no_data_set_and_hears_of_both_layouts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file", tmp_path / "folder"):
        said = r"is no data set, expected an nnU-Net raw folder \(dataset\.json, .*\) or the Sunnybrook Cardiac Data \("
        with pytest.raises(InputError, match=path.name + ": " + said):
            open_labelled(path, ["LV"])


def test_a_path_that_does_not_exist_is_said_so(tmp_path: Path) -> None:
    for open_it in (is_dataset, open_dataset, lambda path: open_labelled(path, ["LV"])):
        with pytest.raises(InputError, match="none: does not exist: check the path"):
            open_it(tmp_path / "none")
