from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from LVSegULib.dataset.segmented import Source, source_of
from Testing.dataset.drawings import write_report


def test_the_report_names_an_image_file(tmp_path: Path) -> None:
    assert source_of(write_report(tmp_path, "pat/anna.nrrd")) == Source(Path("pat/anna.nrrd"))


def test_the_report_names_a_dicom_folder_and_its_series(tmp_path: Path) -> None:
    folder = tmp_path / "scans of May, 1999"
    folder.mkdir()
    text = f'series 7 "sum of echoes" of {folder}, 10 slices x 20 frames'
    assert source_of(write_report(tmp_path, text)) == Source(folder, "7")
    assert source_of(write_report(tmp_path, f"series 7 of {folder}, 2 slices x 1 frames")) == Source(folder, "7")
    assert source_of(write_report(tmp_path, f"series 7 to 9 of {folder}, 2 slices x 1 frames")) == Source(folder)


def test_a_dicom_folder_that_is_gone(tmp_path: Path) -> None:
    text = 'series 7 "sax" of scans/anna, 10 slices x 20 frames'
    assert source_of(write_report(tmp_path, text)) == Source(Path("scans/anna"), "7")


@pytest.mark.parametrize("source", ["", None, 7])
def test_a_report_that_names_no_image(tmp_path: Path, source: Any) -> None:
    assert source_of(write_report(tmp_path, source)) is None


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"input": {}}', '{"input": [], "measures": []}'])
def test_another_json_file_is_no_report(tmp_path: Path, text: str) -> None:
    (tmp_path / "anna.json").write_text(text, encoding="utf-8")
    assert source_of(tmp_path / "anna.seg.nrrd") is None
