from __future__ import annotations

import json
import os
from pathlib import Path

import nibabel
import numpy as np
import pytest

from LVSegULib.cohort.case import Found
from Testing.cohort.mixed_tree import a_file, found_in, search


def test_each_image_is_a_case_that_is_named_after_its_file_and_folders(tmp_path: Path) -> None:
    for name in ("beat.seq.nrrd", "lab/mouse 1/cine.nii.gz", "lab/mouse 2/cine.NII"):
        a_file(tmp_path / name)
    found = found_in(tmp_path)
    assert {key: one.names for key, one in found.items()} == {
        "beat.seq.nrrd": ("beat",),
        "lab/mouse 1/cine.nii.gz": ("cine", "mouse_1-cine", "lab-mouse_1-cine"),
        "lab/mouse 2/cine.NII": ("cine", "mouse_2-cine", "lab-mouse_2-cine"),
    }
    assert all(one.path == tmp_path / key and one.files is None and one.series is None for key, one in found.items())


def test_segmentations_and_label_maps_are_none(tmp_path: Path) -> None:
    set_ = tmp_path / "Dataset900_Phantom"
    for name in (
        "dataset.json",
        "imagesTr/a_0000.nii.gz",
        "labelsTr/a.nii.gz",
        "imagesTs/b_0000.nii",
        "labelsTs/b.nii",
    ):
        a_file(set_ / name)
    a_file(tmp_path / "beat.seg.nrrd")
    listing = search(tmp_path)
    assert [one.path.name for one in listing.found] == ["a_0000.nii.gz", "b_0000.nii"]
    assert listing.left_out == {
        "label maps of an nnU-Net data set": 2,
        "segmentations": 1,
        ".json files, neither images nor DICOM": 1,
    }


def test_label_maps_that_lvsegu_wrote_are_none(tmp_path: Path) -> None:
    for name in ("anna.nrrd", "anna.nii.gz", "bert.nii.gz", "bert.json"):
        a_file(tmp_path / name)
    report = {"name": "anna", "measures": {}, "input": {}, "model": {}}
    (tmp_path / "anna.json").write_text(json.dumps(report), encoding="utf-8")
    nibabel.save(nibabel.Nifti1Image(np.ones((4, 4, 2), np.uint8), np.eye(4)), tmp_path / "anna.nii.gz")
    listing = search(tmp_path)
    assert [one.path.name for one in listing.found] == ["anna.nrrd", "bert.nii.gz"]
    assert listing.left_out["label maps that LVSegU wrote"] == 1


def test_label_maps_beside_their_images_are_none(tmp_path: Path) -> None:
    """As ACDC has them, and as people name them."""
    beside = (
        "p1_frame01.nii.gz",
        "p1_frame01_gt.nii.gz",
        "anna.nrrd",
        "anna-Label.nii.gz",
        "bo.seq.nrrd",
        "bo_seg.mha",
    )
    for name in (*beside, "alone_gt.nii.gz", "gt/p1_frame01_gt.nii.gz"):
        a_file(tmp_path / name)
    listing = search(tmp_path)
    assert [one.key for one in listing.found] == [
        "alone_gt.nii.gz",
        "anna.nrrd",
        "bo.seq.nrrd",
        "gt/p1_frame01_gt.nii.gz",
        "p1_frame01.nii.gz",
    ]
    assert listing.left_out == {"label maps by their names": 3}


def test_a_folder_that_only_has_the_name_of_labels_holds_cases(tmp_path: Path) -> None:
    a_file(tmp_path / "labelsTr" / "a.nii")
    assert list(found_in(tmp_path)) == ["labelsTr/a.nii"]


@pytest.mark.parametrize(("header", "data"), [("a.mhd", "a.zraw"), ("a.nhdr", "a.raw.gz"), ("a.seq.nhdr", "a.seq.raw")])
def test_pixels_in_a_file_of_their_own_belong_to_their_header(tmp_path: Path, header: str, data: str) -> None:
    paths = a_file(tmp_path / header), a_file(tmp_path / data)
    a_file(tmp_path / "b.raw")
    listing = search(tmp_path)
    (before,) = listing.found
    assert before.files == paths
    assert listing.left_out == {".raw files, neither images nor DICOM": 1}
    a_file(tmp_path / data, b"other content")
    assert only(tmp_path).fingerprint != before.fingerprint


def test_a_fingerprint_tells_whether_the_file_has_changed(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.nii")
    os.utime(path, ns=(0, 1_000_000_000))
    before = only(tmp_path).fingerprint
    a_file(tmp_path / "notes.txt")
    assert only(tmp_path).fingerprint == before
    os.utime(path, ns=(0, 1_000_000_001))
    assert only(tmp_path).fingerprint != before


def test_a_file_name_that_is_no_text_gets_a_key_that_is(tmp_path: Path) -> None:
    try:
        a_file(tmp_path / "caf\udce9.nii")
    except OSError:
        pytest.skip("file names are text here")
    found = only(tmp_path)
    assert (found.key, found.names) == (r"caf\xe9.nii", ("caf",))
    assert found.path.exists()


def only(root: Path) -> Found:
    (found,) = search(root).found
    return found
