"""Label maps of earlier runs are told from images that lie beside a report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest

from LVSegULib.reading.results import is_label_map_of_ours, report_beside


@pytest.fixture
def a_result(tmp_path: Path) -> Path:
    """What `lvsegu segment` writes, without what does not matter here."""
    nibabel.save(nibabel.Nifti1Image(np.ones((4, 4, 2), np.uint8), np.eye(4)), tmp_path / "anna.nii.gz")
    report = {"name": "anna", "measures": {}, "input": {}, "model": {}}
    (tmp_path / "anna.json").write_text(json.dumps(report), encoding="utf-8")
    return tmp_path / "anna.nii.gz"


def test_a_label_map_beside_its_report(a_result: Path) -> None:
    assert is_label_map_of_ours(a_result)


def test_a_label_map_that_was_saved_again_with_more_bits(a_result: Path) -> None:
    nibabel.save(nibabel.Nifti1Image(np.full((4, 4, 2), 3, np.int16), np.eye(4)), a_result)
    assert is_label_map_of_ours(a_result)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32])
def test_an_image_beside_a_report_of_its_name_is_an_image(a_result: Path, kind: type) -> None:
    nibabel.save(nibabel.Nifti1Image(np.full((4, 4, 2), 90.5).astype(kind), np.eye(4)), a_result)
    assert not is_label_map_of_ours(a_result)


def test_files_that_are_not_written_have_no_report(a_result: Path) -> None:
    assert report_beside(a_result.with_name("anna.seg.nrrd")) is not None
    assert report_beside(a_result.with_name("anna.nrrd")) is None
    assert report_beside(a_result.with_name("bo.seg.nrrd")) is None


@pytest.mark.parametrize("report", [None, b"no JSON", b"[]", b"[" * 100000, b'{"name": "anna"}', b"\xff"])
def test_without_a_report_of_ours_it_is_not_known(a_result: Path, report: bytes | None) -> None:
    if report is None:
        (a_result.parent / "anna.json").unlink()
    else:
        (a_result.parent / "anna.json").write_bytes(report)
    assert not is_label_map_of_ours(a_result)


def test_a_report_on_another_input_tells_nothing(a_result: Path) -> None:
    shutil.copy(a_result, a_result.with_name("bert.nii.gz"))
    shutil.copy(a_result.with_name("anna.json"), a_result.with_name("bert.json"))
    assert not is_label_map_of_ours(a_result.with_name("bert.nii.gz"))


@pytest.mark.parametrize("content", [b"", b"no gzip", b"\x1f\x8b\x08 cut short"])
def test_a_damaged_file_is_left_to_the_reader(a_result: Path, content: bytes) -> None:
    a_result.write_bytes(content)
    assert not is_label_map_of_ours(a_result)


def test_only_a_label_maps_ending_counts(a_result: Path) -> None:
    assert not is_label_map_of_ours(a_result.rename(a_result.with_name("anna.nii")))
