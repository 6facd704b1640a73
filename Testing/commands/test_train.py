"""`lvsegu train`: every setting is an option, a file is read first, and errors come before any work."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
from pathlib import Path

import pytest

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.commands import train
from LVSegULib.commands.main import main
from LVSegULib.errors import UsageError
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.modelfolder.folder import find_model, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.intensity import KINDS
from LVSegULib.training.augmentation_config import AugmentationConfig
from LVSegULib.training.config import LOSSES, TrainingConfig
from Testing.pruning.networks import UNEVEN


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    return parser.parse_args(["--out", "run", *words])


def test_every_setting_is_an_option_with_its_help() -> None:
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    text = " ".join(parser.format_help().split())
    for owner, prefix in ((TrainingConfig, "--"), (AugmentationConfig, "--augmentation-")):
        for field in dataclasses.fields(owner):
            if field.name not in ("augmentation", "start"):
                assert prefix + field.name.replace("_", "-") in text
    assert "--from MODEL start from this model" in text
    assert "optimiser steps in all (default: 5000)" in text
    assert "network is that model's (default: 4 8 16 48 96)" in text
    assert f"Dice and cross-entropy: {', '.join(LOSSES)} (default: both)" in text
    assert f"how intensities are scaled: {', '.join(KINDS)} (default: percentile)" in text


def test_options_win_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('data = ["A"]\nsteps = 10\nseed = 3\n[augmentation]\nnoise = 0\nflip = true\n', encoding="utf-8")
    words = ["--config", str(file), "--seed", "4", "--filters", "4", "8", "--augmentation-noise", "0.2", "--compile"]
    config = train.config_of(parsed(*words))
    assert (config.data, config.steps, config.seed, config.filters) == (("A",), 10, 4, (4, 8))
    assert (config.augmentation.noise, config.augmentation.flip, config.compile) == (0.2, True, True)
    assert config.batch_size == TrainingConfig().batch_size


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stepz = 10", "unknown setting stepz"),
        ('steps = "ten"', "steps = 'ten': expected a whole number"),
        ("steps = 10.5", "steps = 10.5: expected a whole number"),
        ("filters = [4, 8.5]", "filters = "),
        ("[augmentation]\nwobble = 1", r"unknown setting augmentation\.wobble"),
        ("augmentation = 3", "augmentation = 3: expected a table of settings"),
        ("[augmentation]\nnoise = -1", r"augmentation\.noise must"),
        ("steps = 0", "steps must be at least 1"),
        ("steps = ", "cannot read the configuration"),
        ("data = []", "nothing to learn from"),
    ],
)
def test_a_wrong_file_is_explained(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    words = [] if "data" in text else ["--data", "A"]
    with pytest.raises(UsageError, match=message) as raised:
        train.config_of(parsed("--config", str(file), *words))
    assert "nothing" in message or str(file) in str(raised.value)


def test_a_wrong_option_is_not_laid_on_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("steps = 10\nseed = 3\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^steps must be at least 1, got 0$"):
        train.config_of(parsed("--config", str(file), "--data", "A", "--steps", "0"))


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        ("size = 128", ["--crop", "100"], "size and crop must be multiples of 16"),
        ("size = 128", ["--crop", "1000"], "crop must be at most 4 times size"),
        ("crop = 512", ["--size", "64"], "crop must be at most 4 times size"),
        ("size = 128", ["--apart", "A"], "apart names every data set"),
        ("size = 128", ["--weights", "1", "2"], "weights must be one for each of the 1 data sets"),
        ("steps = 0", ["--steps", "10", "--batch-size", "0"], "batch_size must be at least 1"),
        ("batch_size = 0", ["--steps", "0"], "steps must be at least 1"),
        ('start = "lv"\nsteps = 20', ["--crop", "-1"], "crop must be at least 1"),
    ],
)
def test_a_file_that_is_right_without_the_options_is_not_blamed(
    tmp_path: Path, text: str, words: list[str], message: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'data = ["A"]\n{text}\n', encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        train.config_of(parsed("--config", str(file), *words))
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("crop = 100", "size and crop must be multiples of 16"),
        ("weights = [1.0, 2.0]", "weights must be one for each of the 1 data sets"),
        ('labels = ["LV", "LV"]', "labels has LV twice"),
        ('start = "lv"\nsteps = 0', "steps must be at least 1"),
    ],
)
def test_a_file_that_is_wrong_without_the_options_is_blamed(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'data = ["A"]\n{text}\n', encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        train.config_of(parsed("--config", str(file), "--seed", "4"))
    assert str(raised.value).startswith(f"{file}: {message}")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--steps", "0"], "steps must be at least 1"),
        (["--labels", "AORTA"], "labels must be some of LV, MYO, RV"),
        (["--fold", "4"], "fold must lie between -1 and 3"),
        (["--crop", "100"], "multiples of 16"),
        (["--precision", "int8"], "precision must be"),
        (["--weights", "1", "2"], "one for each of the 1 data sets"),
        (["--loss", "hinge"], 'there is no loss "hinge": choose one of both, cross-entropy, dice, focal, boundary'),
        (["--intensity", "magic"], 'there is no intensity scaling "magic": choose one of percentile, none'),
        (["--patients", "-1"], "patients must be at least 0"),
        (["--threads", "-1"], "threads must be at least 0, got -1"),
        (["--weights", "nan"], "weights must be a number, got nan"),
        (["--spacing-mm", "inf"], "spacing_mm must be a number, got inf"),
        (["--augmentation-noise", "nan"], "augmentation.noise must be a number, got nan"),
        (["--from", "nobody"], 'there is no model "nobody": installed are'),
    ],
)
def test_impossible_settings_are_usage_errors(
    tmp_path: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--data", str(tmp_path), "--out", str(tmp_path / "run"), *words]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert len(said.strip().splitlines()) == 1
    assert not (tmp_path / "run").exists()


TRAINED = {
    "data": ["Dataset1"],
    "weights": [2.0],
    "name": "before",
    "filters": [4, 8],
    "loss": "dice",
    "steps": 9000,
    "batch_size": 3,
    "seed": 5,
    "fold": 2,
    "compile": True,
    "threads": 3,
    "cache": "somewhere",
    "split": "theirs.json",
    "augmentation": {"noise": 0.03, "flip": True, "contrast": 0.1},
}


@pytest.fixture
def a_trained_start(tmp_path: Path) -> Path:
    """A model for cavity and myocardium, with filter counts as after pruning, on 64 pixels of 2 mm."""
    spec = ModelSpec("before", UNEVEN, (CAVITY, MYOCARDIUM), Grid(2.0, 64, 64, "min-max"), training={"config": TRAINED})
    return save_model(tmp_path / "start", spec, random_weights(UNEVEN, 1), "a card").path


def test_from_a_model_its_settings_are_taken_with_the_steps_of_fine_tuning(a_trained_start: Path) -> None:
    config = train.config_of(parsed("--data", "A", "--from", str(a_trained_start)))
    assert config.start == str(a_trained_start)
    assert (config.name, config.loss, config.batch_size, config.seed) == ("run", "dice", 3, 5)  # named by its folder
    assert config.labels == ("LV", "MYO")
    assert config.grid == Grid(2.0, 64, 64, "min-max")
    assert config.crop == 64
    assert config.augmentation == AugmentationConfig(noise=0.03, flip=True, contrast=0.1)
    assert config.network == UNEVEN
    assert (config.steps, config.learning_rate, config.fold) == (600, 1e-3, -1)
    assert (config.data, config.weights, config.split, config.cache) == (("A",), (), "", "")
    assert (config.compile, config.threads) == (False, 0)  # of the machine that it was trained on


def test_options_win_over_the_file_and_the_file_over_the_model(a_trained_start: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = 'data = ["A"]\nsteps = 10\nbatch_size = 7\nseed = 8\n[augmentation]\nnoise = 0.5\ncontrast = 0.6\n'
    file.write_text(f"start = '{a_trained_start}'\n{text}", encoding="utf-8")
    words = ["--config", str(file), "--steps", "20", "--labels", "RV", "LV", "--augmentation-noise", "0.9"]
    config = train.config_of(parsed(*words))
    assert (config.steps, config.batch_size, config.seed, config.loss) == (20, 7, 8, "dice")
    assert config.augmentation == AugmentationConfig(noise=0.9, flip=True, contrast=0.6)
    assert config.labels == ("RV", "LV")
    assert config.network == dataclasses.replace(UNEVEN, output_channels=2)
    other = train.config_of(parsed(*words, "--from", "lv"))
    assert (other.start, other.batch_size, other.loss) == ("lv", 7, TrainingConfig().loss)


@pytest.mark.parametrize(
    ("folder", "name"), [("(7T) own", "(7T) own"), ("[lv]", "[lv]"), ("lv  mice", "lv mice"), ("a\u00a0b", "a b")]
)
def test_a_run_may_lie_in_a_folder_of_any_name(a_trained_start: Path, tmp_path: Path, folder: str, name: str) -> None:
    words = ("--data", "A", "--from", str(a_trained_start), "--out", str(tmp_path / folder))
    assert train.config_of(parsed(*words)).name == name


def test_a_name_that_is_given_is_taken(a_trained_start: Path) -> None:
    assert train.config_of(parsed("--data", "A", "--from", str(a_trained_start), "--name", "mine")).name == "mine"


@pytest.mark.parametrize(("text", "name"), [('{"name": "before"}', "before"), ("{", "moved"), ("[]", "moved")])
def test_a_run_that_is_resumed_keeps_the_name_it_began_with(
    a_trained_start: Path, tmp_path: Path, text: str, name: str
) -> None:
    """Its folder may have been moved, and its checkpoint is one of the same settings only."""
    run = tmp_path / "moved"
    run.mkdir()
    (run / "config.json").write_text(text, encoding="utf-8")
    words = ("--data", "A", "--from", str(a_trained_start), "--out", str(run))
    assert train.config_of(parsed(*words, "--resume")).name == name
    assert train.config_of(parsed(*words, "--resume", "--name", "mine")).name == "mine"
    assert train.config_of(parsed(*words)).name == "moved"


def test_without_a_terminal_there_is_a_line_now_and_then_and_the_model_at_the_end(
    a_data_set_of_phantom_hearts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "--filters",
        "2",
        "4",
        "--spacing-mm",
        "5",
        "--size",
        "24",
        "--crop",
        "24",
        "--steps",
        "5",
        "--threads",
        "1",
    ]
    words += ["--validate-every", "2", "--batch-size", "2", "--device", "cpu"]
    for fold, dice in (("0", True), ("-1", False)):
        run = tmp_path / f"run{fold}"
        assert (
            main(["train", "--data", str(a_data_set_of_phantom_hearts), "--out", str(run), "--fold", fold, *words]) == 0
        )
        *lines, last = capsys.readouterr().out.splitlines()
        assert [line.partition(":")[0] for line in lines] == ["step 2 of 5", "step 4 of 5", "step 5 of 5"]
        assert all(("Dice" in line) is dice for line in lines)
        assert last.startswith(f"{run / 'last'}: ")
        assert find_model(str(run / "last")).spec.name == "model"


def test_the_folder_of_a_run_is_no_model_but_says_where_one_is(
    a_trained_start: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_trained_start.rename(tmp_path / "last")
    assert main(["info", str(tmp_path)]) == 3
    assert f"it has no model.json: give {tmp_path / 'last'}" in capsys.readouterr().err


def test_the_model_that_comes_along_can_be_a_start() -> None:
    config = train.config_of(parsed("--data", "A", "--from", "lv"))
    assert config.network == find_model("lv").spec.network
    assert (config.steps, config.compile) == (600, False)


def test_a_start_in_the_file_that_is_no_model_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    for value, named in (('"nobody"', "nobody"), ("5", "5")):
        file.write_text(f"start = {value}\n", encoding="utf-8")
        with pytest.raises(UsageError, match=f'there is no model "{named}"'):
            train.config_of(parsed("--config", str(file), "--data", "A"))


def test_a_broken_start_is_one_line(a_trained_start: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (a_trained_start / "model.json").write_text("{", encoding="utf-8")
    words = ["train", "--data", "A", "--out", str(tmp_path / "run"), "--from", str(a_trained_start)]
    assert main(words) == 3
    said = capsys.readouterr().err
    assert "is not a model description" in said
    assert len(said.strip().splitlines()) == 1


def test_without_pytorch_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert main(["train", "--data", "A", "--out", str(tmp_path / "run")]) == 3
    assert 'pip install "lvsegu[train]"' in capsys.readouterr().err


def test_a_folder_without_data_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--data", str(tmp_path), "--out", str(tmp_path / "run")]) == 3
    assert not (tmp_path / "run").exists()
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
