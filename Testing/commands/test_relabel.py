"""`lvsegu relabel`: what people read, and the codes it leaves with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.cine import Cine
from LVSegULib.commands.main import main
from LVSegULib.modelfolder.folder import open_model
from LVSegULib.segmentation.segment import Segmentation
from Testing.bright_pixels import write_phantom
from Testing.three_labels import write_heart


@pytest.fixture
def a_data_set(tmp_path: Path) -> Path:
    folder = tmp_path / "DatasetX"
    write_phantom(folder / "imagesTr" / "anna_ED_0000.nii.gz", (20,))
    write_phantom(folder / "imagesTr" / "anna_ES_0000.nii.gz", (12,))
    description = {"channel_names": {"0": "MR"}, "labels": {"background": 0, "LV": 1}, "file_ending": ".nii.gz"}
    (folder / "dataset.json").write_text(json.dumps(description), encoding="utf-8")
    return folder


def relabel(folder: Path, model: Path, out: Path) -> int:
    return main(["relabel", str(folder), "--model", str(model), "--out", str(out), "--threads", "1"])


def test_it_says_what_the_new_data_set_holds(
    a_data_set: Path, a_model_that_finds_bright_pixels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, model = tmp_path / "new" / "DatasetX", a_model_that_finds_bright_pixels
    assert relabel(a_data_set, model, out) == 0
    assert capsys.readouterr().out == f"{out}: 2 cases of 1 patient, labels LV, drawn by bright\n"
    drawn_by = json.loads((out / "dataset.json").read_text(encoding="utf-8"))["drawn_by"]
    assert drawn_by["sha256"] == open_model(model).spec.sha256


def test_a_restricted_model_says_so(
    a_data_set: Path, a_research_only_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("ED", "ES"):
        write_heart(a_data_set / "imagesTr" / f"anna_{name}_0000.nii.gz", [0])
    assert relabel(a_data_set, a_research_only_model, tmp_path / "new") == 0
    said = capsys.readouterr()
    assert "labels LV, MYO, RV" in said.out
    assert "research only, not for commercial use" in said.err


def test_those_that_fail_are_named(
    a_data_set: Path, a_model_that_finds_bright_pixels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (a_data_set / "imagesTr" / "anna_ES_0000.nii.gz").write_bytes(b"no image")
    assert relabel(a_data_set, a_model_that_finds_bright_pixels, tmp_path / "new") == 4
    said = capsys.readouterr().err
    assert "lvsegu: error: anna_ES: " in said
    assert "1 of 2 cases failed, the others are in" in said


def test_those_without_a_heart_are_named(
    a_data_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def segment_cine(cine: Cine, *_: object) -> Segmentation:
        is_found = cine.name.startswith("anna_ED")
        return Segmentation(np.full(cine.frames.shape, is_found, np.uint8))

    monkeypatch.setattr("LVSegULib.segmentation.segment.segment_cine", segment_cine)
    assert relabel(a_data_set, Path("lv"), tmp_path / "new") == 0
    assert "left out, as no heart was found: anna_ES" in capsys.readouterr().err


def test_images_in_the_folder_of_test_images_only_are_not_drawn(
    a_data_set: Path, a_model_that_finds_bright_pixels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (a_data_set / "imagesTr").rename(a_data_set / "imagesTs")
    assert relabel(a_data_set, a_model_that_finds_bright_pixels, tmp_path / "new") == 3
    assert "DatasetX: has images in imagesTs only, expected them in imagesTr" in capsys.readouterr().err


def test_a_data_set_that_people_drew_is_an_output_error(
    a_data_set: Path, a_model_that_finds_bright_pixels: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert relabel(a_data_set, a_model_that_finds_bright_pixels, a_data_set) == 3
    assert "was not drawn by a model: choose another folder" in capsys.readouterr().err


def test_the_new_data_set_may_be_the_folder_that_it_runs_in(
    a_data_set: Path, a_model_that_finds_bright_pixels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    monkeypatch.chdir(tmp_path / "new")
    assert relabel(a_data_set, a_model_that_finds_bright_pixels, Path()) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"dataset.json", "imagesTr", "labelsTr"}
