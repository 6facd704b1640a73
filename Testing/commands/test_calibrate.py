"""lvsegu calibrate, and what lvsegu segment says with a model that is calibrated."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from LVSegULib.commands.main import main
from Testing.quality.hard_hearts import HARD, PATIENTS, save_fold, write_hard_hearts

pytest.importorskip("onnxruntime")

EVERYONE = [f"p{number}" for number in range(PATIENTS)]


@pytest.fixture(scope="module")
def hard_hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hard_hearts(tmp_path_factory.mktemp("data") / "Dataset901_Hard")


@pytest.fixture(scope="module")
def a_fold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_fold(tmp_path_factory.mktemp("folds") / "bright", ["x"], EVERYONE).path


@pytest.fixture(scope="module")
def a_calibrated_model(hard_hearts: Path, a_fold: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "calibrated"
    words = ["calibrate", a_fold, "--data", hard_hearts, "--out", out, "--engine", "onnxruntime"]
    assert main([str(word) for word in words]) == 0
    return out


def calibrate(*words: object) -> int:
    return main(["calibrate", *map(str, words)])


def test_the_figures_are_printed(
    hard_hearts: Path, a_calibrated_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fold = save_fold(tmp_path / "fold", ["x"], EVERYONE).path
    assert calibrate(a_calibrated_model, "--folds", fold, "--data", hard_hearts, "--judge") == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"{a_calibrated_model}:\n- judged on 6 patients, 30 slices, 3 of them bad")
    assert "- bad slices that are flagged: 1.000" in printed
    assert "- good slices that are flagged (false alarms): 0.000" in printed
    assert "the network is unsure of it (" in printed


@pytest.mark.parametrize("pair", ["p0=p5", "p0=elsewhere", "elsewhere=x"])
def test_a_name_may_be_of_one_whom_no_fold_kept_or_only_the_training_knows(
    hard_hearts: Path, a_calibrated_model: Path, tmp_path: Path, pair: str
) -> None:
    fold = save_fold(tmp_path / "fold", ["x", "elsewhere"], EVERYONE[:5]).path
    words = (a_calibrated_model, "--folds", fold, "--data", hard_hearts, "--judge", "--same", pair)
    assert calibrate(*words) == 0


def test_a_name_of_nobody_is_refused(
    hard_hearts: Path, a_calibrated_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate(a_calibrated_model, "--data", hard_hearts, "--judge", "--same", "p0=nobody") == 2
    assert "same names nobody, who is not in the data" in capsys.readouterr().err


def test_flagged_slices_are_in_the_summary_the_report_and_the_table(
    hard_hearts: Path, a_calibrated_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hard, easy = (hard_hearts / f"imagesTr/p{number}_ED_0000.nii.gz" for number in (0, 1))
    assert main(["segment", str(hard), str(easy), "--out", str(tmp_path), "--model", str(a_calibrated_model)]) == 0
    printed = capsys.readouterr().out
    assert printed.count("look at") == 1
    assert f"  look at slice {HARD}; quality 0." in printed
    for name, flagged in (("p0_ED_0000", [HARD]), ("p1_ED_0000", [])):
        report = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        assert [one["slice"] for one in report["quality"]["flagged"]] == flagged
        assert len(report["quality"]["scores"][0]) == 5
        assert report["seconds"]["quality"] > 0
        with (tmp_path / f"{name}.csv").open(newline="") as file:
            assert [row["flagged_slices"] for row in csv.DictReader(file)] == [str(len(flagged))]


def test_a_model_without_calibration_says_nothing_of_quality(
    hard_hearts: Path, a_fold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = hard_hearts / "imagesTr/p0_ED_0000.nii.gz"
    assert main(["segment", str(source), "--out", str(tmp_path), "--model", str(a_fold)]) == 0
    assert "look at" not in capsys.readouterr().out
    assert "quality" not in json.loads((tmp_path / "p0_ED_0000.json").read_text(encoding="utf-8"))
    assert "flagged" not in (tmp_path / "p0_ED_0000.csv").read_text(encoding="utf-8")


def test_the_model_itself_is_not_replaced(hard_hearts: Path, a_fold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (a_fold / "model.json").read_bytes()
    assert calibrate(a_fold, "--data", hard_hearts, "--out", a_fold) == 2
    assert f"{a_fold} is the model itself: choose another --out" in capsys.readouterr().err
    assert (a_fold / "model.json").read_bytes() == before


def test_another_model_is_not_replaced_without_being_told(
    hard_hearts: Path, a_fold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = save_fold(tmp_path / "other", ["x"], EVERYONE).path
    before = (other / "model.json").read_bytes()
    assert calibrate(a_fold, "--data", hard_hearts, "--out", other) == 3
    assert f"{other} holds a model already" in capsys.readouterr().err
    assert (other / "model.json").read_bytes() == before


def test_either_a_folder_or_a_judgement_is_asked_for(
    hard_hearts: Path, a_fold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate(a_fold, "--data", hard_hearts) == 2
    assert calibrate(a_fold, "--data", hard_hearts, "--judge", "--out", tmp_path / "new") == 2
    assert capsys.readouterr().err.count("give either --out FOLDER to calibrate, or --judge") == 2


def test_data_without_a_bad_slice_says_so_and_writes_nothing(
    a_fold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    easy = write_hard_hearts(tmp_path / "Dataset903_Easy", is_hard=False)
    assert calibrate(a_fold, "--data", easy, "--out", tmp_path / "new") == 3
    assert "a Dice below 0.8 is nowhere: give more patients" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_the_new_folder_may_not_replace_something_else(hard_hearts: Path, a_fold: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    assert calibrate(a_fold, "--data", hard_hearts, "--out", tmp_path) == 3
    assert (tmp_path / "letter.txt").exists()
