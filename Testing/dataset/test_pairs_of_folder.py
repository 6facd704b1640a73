from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.dataset.pair import Pair
from LVSegULib.dataset.pairs_of_folder import find_pairs
from LVSegULib.errors import InputError
from Testing.dataset.drawings import a_cavity, write_report, write_volume


def files(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def found(folder: Path) -> list[tuple[Any, ...]]:
    """Volume, segmentation, patient, phase and frame of every pair; what is said of what is none."""
    return [
        (str(one.volume.relative_to(folder)), one.segmentation.name, one.patient, one.phase, one.frames.get(None))
        if isinstance(one, Pair)
        else (str(one),)
        for one in find_pairs(folder)
    ]


@pytest.mark.parametrize(
    ("volume", "segmentation"),
    [
        ("a.nrrd", "a.seg.nrrd"),
        ("a.seq.nrrd", "a.seg.nrrd"),
        ("a.nii.gz", "a.seg.nrrd"),
        ("a.nii.gz", "a_seg.nii.gz"),
        ("a.nii", "a-label.nii.gz"),
        ("a.nrrd", "a-segmentation.nrrd"),
        ("a.mha", "a_gt.mha"),
        ("a_0000.nii.gz", "a_labels.nii.gz"),
        ("a.nrrd", "a LV.seg.nrrd"),
    ],
)
def test_one_name_makes_a_pair(tmp_path: Path, volume: str, segmentation: str) -> None:
    files(tmp_path, volume, segmentation, "notes.txt", ".hidden.seg.nrrd")
    assert found(tmp_path) == [(volume, segmentation, "a", None, None)]


def test_a_dicom_folder_beside_its_segmentation(tmp_path: Path) -> None:
    files(tmp_path, "anna/IM1", "anna/IM2", "anna.seg.nrrd")
    assert found(tmp_path) == [("anna", "anna.seg.nrrd", "anna", None, None)]


def test_frames_and_phases_of_one_cine(tmp_path: Path) -> None:
    files(tmp_path, "a.seq.nrrd", "a_frame00.seg.nrrd", "a_frame12.seg.nrrd", "a_ES.seg.nrrd")
    assert found(tmp_path) == [
        ("a.seq.nrrd", "a_ES.seg.nrrd", "a", "ES", None),
        ("a.seq.nrrd", "a_frame00.seg.nrrd", "a", None, 0),
        ("a.seq.nrrd", "a_frame12.seg.nrrd", "a", None, 12),
    ]


def test_phases_and_frames_in_small_letters_or_after_a_hyphen(tmp_path: Path) -> None:
    files(tmp_path, "a.seq.nrrd", "a_es.seg.nrrd", "a-ED.seg.nrrd", "a_Frame03.seg.nrrd")
    files(tmp_path, "bo/ed.nrrd", "bo/ed.seg.nrrd", "bo/x_es.nrrd", "bo/x_es.seg.nrrd")
    assert [line[2:] for line in found(tmp_path)] == [
        ("a", "ED", None),
        ("a", None, 3),
        ("a", "ES", None),
        ("bo_ed", None, None),
        ("bo_es", None, None),
    ]


def test_volumes_of_single_frames_keep_their_names(tmp_path: Path) -> None:
    files(tmp_path, "a_ED.nrrd", "a_ED.seg.nrrd", "a_frame12.nrrd", "a_frame12.seg.nrrd")
    assert [line[2:] for line in found(tmp_path)] == [("a_ED", None, None), ("a_frame12", None, None)]


def test_a_folder_for_each_patient(tmp_path: Path) -> None:
    files(tmp_path, "anna/5 cine sax.nrrd", "anna/Segmentation.seg.nrrd")
    files(tmp_path, "bo/ED.nrrd", "bo/ED.seg.nrrd", "bo/x_ES.nrrd", "bo/x_ES.seg.nrrd", "bo/deeper/y.seg.nrrd")
    files(tmp_path, "carl/cine.seq.nrrd", "carl/cine_frame03.seg.nrrd")
    assert found(tmp_path) == [
        (str(Path("anna/5 cine sax.nrrd")), "Segmentation.seg.nrrd", "anna", None, None),
        (str(Path("bo/ED.nrrd")), "ED.seg.nrrd", "bo_ED", None, None),
        (str(Path("bo/x_ES.nrrd")), "x_ES.seg.nrrd", "bo_ES", None, None),
        (str(Path("carl/cine.seq.nrrd")), "cine_frame03.seg.nrrd", "carl", None, 3),
    ]


def test_what_has_no_partner(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files(tmp_path, "a.nrrd", "a.seg.nrrd", "b.seg.nrrd", "c.nrrd")
    with caplog.at_level(logging.WARNING, "LVSegULib"):
        good, bad = found(tmp_path)
    assert good[0] == "a.nrrd"
    assert "b.seg.nrrd: has no image of its name beside it" in bad[0]
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / 'c.nrrd'}: has no segmentation beside it: left out"
    ]


def test_two_images_of_one_name(tmp_path: Path) -> None:
    files(tmp_path, "a.nrrd", "a.nii.gz", "a.seg.nrrd")
    assert "has several images of its name (a.nii.gz, a.nrrd): keep one" in found(tmp_path)[0][0]


def test_a_folder_without_segmentations(tmp_path: Path) -> None:
    files(tmp_path, "a.nrrd", "b/c.nrrd")
    with pytest.raises(InputError, match="holds no segmentation: put NAME"):
        find_pairs(tmp_path)


def segmented(folder: Path, source: Path, name: str) -> None:
    """What `lvsegu segment` leaves of one image, in so far as it matters here."""
    files(folder, f"{name}.seg.nrrd")
    write_volume(folder / f"{name}.nii.gz", a_cavity().astype(np.uint8))
    write_report(folder, str(source), name)


def test_the_label_map_that_segment_wrote_beside_the_image_is_no_image(tmp_path: Path) -> None:
    files(tmp_path, "anna.nrrd", "bo.mha")
    segmented(tmp_path, tmp_path / "anna.nrrd", "anna")
    segmented(tmp_path, tmp_path / "bo.mha", "bo")
    assert found(tmp_path) == [
        ("anna.nrrd", "anna.seg.nrrd", "anna", None, None),
        ("bo.mha", "bo.seg.nrrd", "bo", None, None),
    ]


def test_of_two_images_of_one_name_the_report_says_which(tmp_path: Path) -> None:
    files(tmp_path, "anna.nrrd", "anna.mha")
    segmented(tmp_path, tmp_path / "anna.mha", "anna")
    assert found(tmp_path) == [("anna.mha", "anna.seg.nrrd", "anna", None, None)]


def test_an_image_elsewhere_is_taken_from_where_the_report_says(tmp_path: Path) -> None:
    files(tmp_path, "pat/anna.nii.gz", "pat/scan/IM1")
    for name, source in (("anna", "anna.nii.gz"), ("S_1", "scan")):
        segmented(tmp_path / "out", tmp_path / "pat" / source, name)
    expected = {tmp_path / "pat" / "anna.nii.gz": "anna", tmp_path / "pat" / "scan": "S_1"}
    for folder in (tmp_path / "out", tmp_path):  # the results are as well found one level down
        pairs = [pair for pair in find_pairs(folder) if isinstance(pair, Pair)]
        assert {pair.volume: pair.patient for pair in pairs} == expected


def test_an_image_that_is_gone_is_named(tmp_path: Path) -> None:
    segmented(tmp_path, tmp_path / "gone" / "anna.nrrd", "anna")
    gone = tmp_path / "gone" / "anna.nrrd"
    assert f"anna.seg.nrrd: was drawn on {gone}, which is not there: put the image beside it" in found(tmp_path)[0][0]


def test_in_a_folder_of_one_patient_the_label_map_does_not_count(tmp_path: Path) -> None:
    files(tmp_path, "anna/cine.nrrd")
    segmented(tmp_path / "anna", tmp_path / "anna" / "cine.nrrd", "cine")
    assert [line[2] for line in found(tmp_path)] == ["anna"]
