"""`lvsegu filters` writes poster, page and tables, says what filters do, and refuses what does not exist."""

from __future__ import annotations

import csv
import importlib.util
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from LVSegULib.commands import filters
from LVSegULib.commands.main import main
from LVSegULib.evaluation.bootstrap import summarise
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.visualization.effects import Effect
from LVSegULib.visualization.filters import Filter
from Testing.visualization import networks


@pytest.fixture
def a_model(tmp_path: Path) -> ModelFolder:
    return networks.a_model(tmp_path / "edge", networks.with_an_edge_filter())


def write_image(path: Path, frames: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Path:
    """A stack (K, J, I) with pixels of 1.5 mm and slices of 10 mm."""
    image = sitk.GetImageFromArray(frames)
    image.SetSpacing((1.5, 1.5, 10.0))
    sitk.WriteImage(image, str(path))
    return path


@pytest.fixture
def a_square(tmp_path: Path) -> Path:
    frames = np.zeros((3, 32, 32), np.float32) + np.arange(32, dtype=np.float32)  # an image has more than two values
    frames[1:, 10:20, 10:20] = 1000
    return write_image(tmp_path / "square.nii.gz", frames)


def test_poster_page_and_tables_are_written(
    a_model: ModelFolder, a_square: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["filters", str(a_model.path), "--input", str(a_square), "--threads", "1", "--out", str(out)]) == 0
    expected = ["biases.csv", "effects.csv", "filters.html", "kernels.csv", "pairs.csv", "poster.pdf", "poster.png"]
    assert sorted(path.name for path in out.iterdir()) == expected
    said = capsys.readouterr().out
    assert (
        "hand-made: 33 filters turned off one by one, on 1 patient; Dice against what the whole network finds" in said
    )
    assert "29 change nothing at all" in said  # all but the four that carry the image to the head
    assert str(out / "filters.html") in said


def test_filters_turned_off_together_are_said_with_their_effect(
    a_model: ModelFolder, a_square: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["filters", str(a_model.path), "--input", str(a_square), "--off", "encoder.0.0:1", "decoder.1.1:0"]) == 0
    )
    _, line = capsys.readouterr().out.strip().splitlines()
    assert line.startswith("encoder.0.0:1 + decoder.1.1:0")
    assert "-1.0000" in line  # nothing is found any more
    assert f"{-2 * 100 * 1.5 * 1.5 * 10 / 1000:+.1f}" in line  # two slices of 100 pixels


@pytest.mark.usefixtures("intervals_of_two")
def test_effects_are_measured_on_labelled_patients(
    a_model: ModelFolder, a_data_set_of_phantom_hearts: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    split = tmp_path / "split.json"
    split.write_text('{"train": ["phantom0"], "validation": ["phantom1", "phantom2"]}', encoding="utf-8")
    words = ["--data", str(a_data_set_of_phantom_hearts), "--split", str(split), "--off", "decoder.1.1:0"]
    assert main(["filters", str(a_model.path), *words]) == 0
    assert " to " in capsys.readouterr().out  # an interval over two patients


@pytest.mark.parametrize(
    ("found", "said"), [(17, "+2.0 (+1.0 to +3.0) of 17 of 20 hearts"), (20, "+2.0 (+1.0 to +3.0)"), (0, "-")]
)
def test_a_row_says_of_how_many_hearts_the_lvef_is(found: int, said: str) -> None:
    names = [str(number) for number in range(20)]
    whole = summarise([0.0] * 20, names)
    lvef = replace(whole, mean=2.0 if found else math.nan, count=found, mean_interval=(1.0, 3.0))
    table = filters.table_of([Effect((Filter("encoder.0.0", 1),), 0.5, whole, whole, lvef)])
    assert table.split("  ")[-1].strip() == said


def test_numbers_stand_below_their_headings_however_long_the_names_are() -> None:
    whole = summarise([0.5] * 20, [str(number) for number in range(20)])
    two = Filter("encoder.0.1", 2), Filter("decoder.3.1", 0)
    effects = [Effect(off, 0.5, whole, whole, whole) for off in (two, two[:1])]
    for shown in (effects, effects[1:]):
        head, *rows = filters.table_of(shown).splitlines()
        for row in rows:
            assert row.index("0.5000") + len("0.5000") == head.index("divergence") + len("divergence")
            assert row.index("+0.5000") == head.index("Dice per patient")


def effect_of_a_filter(model: ModelFolder, data: list[Path], out: Path) -> dict[str, str]:
    """The row of effects.csv of a filter that matters."""
    words = [word for folder in data for word in ("--data", str(folder))]
    assert main(["filters", str(model.path), *words, "--threads", "1", "--out", str(out)]) == 0
    with (out / "effects.csv").open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["filter"] == "decoder.1.1:0")


def test_a_patient_in_two_data_sets_is_one_patient_of_two_hearts(
    a_model: ModelFolder, a_data_set_of_phantom_hearts: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The second is a copy of the first, so that every mean is what the first gives by itself."""
    copy = shutil.copytree(a_data_set_of_phantom_hearts, tmp_path / "Dataset900_Copy")
    alone = effect_of_a_filter(a_model, [a_data_set_of_phantom_hearts], tmp_path / "alone")
    said = capsys.readouterr().out
    both = effect_of_a_filter(a_model, [a_data_set_of_phantom_hearts, copy], tmp_path / "both")
    for name in ("dice", "dice_low", "ed_ml", "ed_ml_low", "ed_ml_high", "patients"):
        assert float(both[name]) == pytest.approx(float(alone[name]), rel=1e-4), name
    patients = f"on {alone['patients']} patients"
    assert patients in said and patients in capsys.readouterr().out


def test_a_data_set_that_is_given_twice_counts_once(
    a_model: ModelFolder, a_data_set_of_phantom_hearts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--data", str(a_data_set_of_phantom_hearts)]
    said = []
    for data in (words, 2 * words):
        assert main(["filters", str(a_model.path), *data, "--off", "decoder.1.1:0"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


def test_a_split_chooses_patients_of_all_data_sets(
    a_model: ModelFolder, a_data_set_of_phantom_hearts: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A data set that has none of them is passed over."""
    other = shutil.copytree(a_data_set_of_phantom_hearts, tmp_path / "Dataset900_Other")
    for file in sorted(other.rglob("phantom*")):
        file.rename(file.with_name(f"other-{file.name}"))
    split = tmp_path / "split.json"
    split.write_text('{"train": ["phantom0"], "validation": ["phantom1", "phantom2"]}', encoding="utf-8")
    first, said = ["--data", str(a_data_set_of_phantom_hearts)], []
    for data in (first, [*first, "--data", str(other)]):
        assert main(["filters", str(a_model.path), *data, "--split", str(split), "--off", "decoder.1.1:0"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


@pytest.mark.usefixtures("intervals_of_two")
def test_a_fold_of_nnu_nets_splits_chooses_patients(
    a_model: ModelFolder, a_data_set_of_phantom_hearts: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    split = tmp_path / "splits_final.json"
    split.write_text('[{"train": ["phantom0"], "val": ["phantom1", "phantom2"]}]', encoding="utf-8")
    words = ["--data", str(a_data_set_of_phantom_hearts), "--split", str(split), "--off", "decoder.1.1:0"]
    assert main(["filters", str(a_model.path), *words, "--fold", "0"]) == 0
    assert " to " in capsys.readouterr().out
    assert main(["filters", str(a_model.path), *words]) == 2
    assert "holds 1 fold: pass --fold 0, none was given" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["--off", "encoder.0.0:9"], 2, "encoder.0.0:9 does not exist: encoder.0.0 has the filters 0 to 1"),
        (["--off", "middle:0"], 2, 'the network has no layer "middle"'),
        (["--off", "first"], 2, "names no filter: write LAYER:NUMBER"),
        ([], 2, "say where the poster goes: --out FOLDER"),
        (["--off", "encoder.0.0:0", "--split", "s.json"], 2, "give --data as well"),
        (["--off", "encoder.0.0:0", "--fold", "0"], 2, "pass --split FILE as well"),
        (["--out", "out", "--threads", "-3"], 2, "threads must lie between 1 and"),
        (["--out", "out", "--slice", "7"], 2, "has no slice 7 in frame 0: it has 3 slices and 1 frames"),
        (["--out", "out", "--engine", "openvino"], 2, "cannot be looked into"),
    ],
)
def test_what_does_not_exist_is_one_clear_line(
    words: list[str],
    code: int,
    reason: str,
    a_model: ModelFolder,
    a_square: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["filters", str(a_model.path), "--input", str(a_square), *words]) == code
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert reason in line
    assert not (tmp_path / "out").exists()


def test_all_without_captum_says_what_to_install(
    a_model: ModelFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "captum" else object())
    assert main(["filters", str(a_model.path), "--all", "--out", str(tmp_path / "out")]) == 3
    assert '--all needs captum, which is not installed: pip install "lvsegu[filters]"' in capsys.readouterr().err


def test_without_matplotlib_all_but_the_poster_is_written(
    a_model: ModelFolder,
    a_square: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "matplotlib" else found(name))
    out = tmp_path / "out"
    assert main(["filters", str(a_model.path), "--input", str(a_square), "--out", str(out)]) == 0
    assert "no poster: it needs matplotlib, which is not installed" in capsys.readouterr().err
    assert {"filters.html", "effects.csv"} <= {path.name for path in out.iterdir()}
    assert not (out / "poster.png").exists()


def test_all_adds_preferences_attribution_and_robustness(
    a_model: ModelFolder, a_square: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["filters", str(a_model.path), "--input", str(a_square), "--all", "--out", str(out)]) == 0
    assert {"attribution.png", "robustness.png", "robustness.csv"} <= {path.name for path in out.iterdir()}
    page = (out / "filters.html").read_text(encoding="utf-8")
    assert "an image found by ascent: " in page
    assert "How the network breaks" in page
    assert str(out / "robustness.csv") in capsys.readouterr().out


def test_an_input_without_heart_is_one_clear_line(
    a_model: ModelFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = np.zeros((3, 64, 64), np.float32)
    frames[:, 0, 0] = 1e-3
    source = write_image(tmp_path / "empty.nii.gz", frames)
    assert main(["filters", str(a_model.path), "--input", str(source), "--out", str(tmp_path / "out")]) == 3
    assert "finds no heart in it" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_constant_input_is_one_clear_line(
    a_model: ModelFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_image(tmp_path / "flat.nii.gz", np.full((3, 32, 32), 7, np.float32))
    assert main(["filters", str(a_model.path), "--input", str(source), "--out", str(tmp_path / "out")]) == 3
    assert "every pixel has the value 7" in capsys.readouterr().err
