"""`lvsegu evaluate` from words to exit code, with an engine that takes bright pixels for the ventricle."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image

from LVSegULib.commands.main import main
from LVSegULib.labels import CAVITY, MYOCARDIUM, Label
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid


class BrightPixels:
    """An engine whose logits are positive where the image is brighter than half."""

    name = "threshold"
    version = "1"
    batch = 4

    def logits(self, images: np.ndarray) -> np.ndarray:
        return 20 * (images - 0.5)


def a_threshold_model(label: Label = CAVITY, trained_on: tuple[str, ...] = ()) -> ModelFolder:
    training = {"split": {"train": list(trained_on)}} if trained_on else {}
    spec = ModelSpec("threshold", UNetConfig.from_base(1, 1), (label,), Grid(1.5, 64, 64), training=training)
    return ModelFolder(Path("threshold"), spec)


@pytest.fixture(autouse=True)
def an_engine_that_takes_bright_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("LVSegULib.modelfolder.folder.find_model", lambda _name: a_threshold_model())
    monkeypatch.setattr("LVSegULib.engines.base.open_engine", lambda *_: BrightPixels())


@pytest.fixture
def a_data_set(tmp_path: Path) -> Path:
    """Two patients, each with a bright disc at ED and a smaller one at ES that the reference agrees with."""
    folder = tmp_path / "Dataset900_Discs"
    (folder / "imagesTr").mkdir(parents=True)
    (folder / "labelsTr").mkdir()
    description = {"labels": {"background": 0, "LV": 1}, "file_ending": ".nrrd"}
    (folder / "dataset.json").write_text(json.dumps(description), encoding="utf-8")
    j, i = np.mgrid[:64, :64]
    for patient, centre in (("a", 30), ("b", 34)):
        for phase, radius in (("ED", 14), ("ES", 10)):
            disc = (j - centre) ** 2 + (i - 32) ** 2 <= radius**2
            labels = np.stack([disc] * 3).astype(np.uint8)
            for path, pixels in (
                (folder / "imagesTr" / f"{patient}_{phase}_0000.nrrd", 100 + i + 900 * labels.astype(np.float32)),
                (folder / "labelsTr" / f"{patient}_{phase}.nrrd", labels),
            ):
                image = sitk.GetImageFromArray(pixels)
                image.SetSpacing((1.5, 1.5, 10.0))
                sitk.WriteImage(image, path)
    return folder


def test_the_table_and_the_json(a_data_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "figures.json"
    assert main(["evaluate", str(a_data_set), "--model", "threshold", "--json", str(out)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("model threshold") and "threshold 1" in shown
    assert "Dataset900_Discs: 2 patients, 4 stacks" in shown
    values = json.loads(out.read_text(encoding="utf-8"))
    assert values["engine"] == {"name": "threshold", "version": "1"}
    assert values["labels"]["LV"]["pooled_dice"]["value"] > 0.97
    # discs of radius 14 and 10: EF = 1 - 100 / 196
    assert values["labels"]["LV"]["every_patient"][0]["reference"]["LVEF_percent"] == pytest.approx(49, abs=1)
    assert [path.name for path in out.parent.iterdir()] == ["figures.json"]


def test_a_split_chooses_the_patients(a_data_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    split = tmp_path / "split.json"
    split.write_text('{"train": ["a"], "validation": ["b"]}', encoding="utf-8")
    assert main(["evaluate", str(a_data_set), "--split", str(split)]) == 0
    assert "Dataset900_Discs: 1 patient, 2 stacks" in capsys.readouterr().out


def test_some_broken_cases_give_exit_code_4_and_the_figures_of_the_others(
    a_data_set: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (a_data_set / "imagesTr" / "a_ED_0000.nrrd").read_bytes()
    (a_data_set / "imagesTr" / "a_ED_0000.nrrd").write_bytes(whole[:200])
    assert main(["evaluate", str(a_data_set)]) == 4
    captured = capsys.readouterr()
    assert "a_ED was left out" in captured.out and "2 patients, 3 stacks" in captured.out
    assert captured.err.count("\n") == 1 and "1 of 4 cases" in captured.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere"], 3, "nowhere"),
        (["DATA", "--fold", "0"], 2, "pass --split FILE"),
        (["DATA", "--model", "a", "--model", "b", "--fold", "0"], 2, "pass --split FILE"),
        (["DATA", "--split", "none.json"], 2, "none.json"),
        ([], 2, "DATASET"),
    ],
)
def test_mistakes_get_one_line_and_the_documented_code(
    a_data_set: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert main(["evaluate", *[str(a_data_set) if word == "DATA" else word for word in words]]) == code
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and said in captured.err


def test_a_model_of_other_labels_is_refused(
    a_data_set: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("LVSegULib.modelfolder.folder.find_model", lambda _name: a_threshold_model(MYOCARDIUM))
    assert main(["evaluate", str(a_data_set)]) == 2
    assert "segments MYO, and Dataset900_Discs has LV" in capsys.readouterr().err


def test_an_output_that_cannot_be_written(a_data_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["evaluate", str(a_data_set), "--json", str(tmp_path / "file" / "out.json")]) == 3
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--json", "--picture"])
def test_a_folder_in_the_place_of_a_file_is_found_before_the_work(
    a_data_set: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", str(a_data_set), option, "."]) == 3
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "lvsegu: cannot write .: it is a folder: give the name of a file\n")


def test_the_worst_slices_are_drawn(a_data_set: Path, tmp_path: Path) -> None:
    assert main(["evaluate", str(a_data_set), "--picture", str(tmp_path / "worst.png")]) == 0
    with Image.open(tmp_path / "worst.png") as picture:
        assert picture.format == "PNG" and picture.height > 5 * 300


def test_patients_that_the_model_was_trained_on_are_told_of(
    a_data_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = a_threshold_model(trained_on=("b", "x"))
    monkeypatch.setattr("LVSegULib.modelfolder.folder.find_model", lambda _name: model)
    assert main(["evaluate", str(a_data_set), "--json", str(tmp_path / "out.json")]) == 0
    assert "trained on 1 of these 2 patients" in capsys.readouterr().err
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["trained_on"] == ["b"]
