"""`lvsegu train`: every setting is an option, a file is read first, and errors come before any work."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
from pathlib import Path

import pytest

from LVSegULib.commands import train
from LVSegULib.commands.main import main
from LVSegULib.errors import UsageError
from LVSegULib.training.augmentation_config import AugmentationConfig
from LVSegULib.training.config import TrainingConfig


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
            if field.name != "augmentation":
                assert prefix + field.name.replace("_", "-") in text
    assert "filters of each level of the U-Net, finest first (default: 4 8 16 48 96)" in text


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
        ('steps = "ten"', "steps = 'ten' is not of type int"),
        ("steps = 10.5", "is not of type int"),
        ("filters = [4, 8.5]", "filters = "),
        ("[augmentation]\nwobble = 1", r"unknown setting augmentation\.wobble"),
        ("steps = ", "cannot read the configuration"),
        ("data = []", "nothing to learn from"),
    ],
)
def test_a_wrong_file_is_explained(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    words = [] if "data" in text else ["--data", "A"]
    with pytest.raises(UsageError, match=message):
        train.config_of(parsed("--config", str(file), *words))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--steps", "0"], "steps must be at least 1"),
        (["--labels", "AORTA"], "labels must be some of LV, MYO, RV"),
        (["--fold", "4"], "fold must lie between -1 and 3"),
        (["--crop", "100"], "multiples of 16"),
        (["--precision", "int8"], "precision must be"),
        (["--weights", "1", "2"], "one for each of the 1 data sets"),
    ],
)
def test_impossible_settings_are_usage_errors(
    tmp_path: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--data", str(tmp_path), "--out", str(tmp_path / "run"), *words]) == 2
    assert message in capsys.readouterr().err


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
