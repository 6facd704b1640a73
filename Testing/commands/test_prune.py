"""`lvsegu prune` reads its options and says what became of the model."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
from pathlib import Path

import pytest

from LVSegULib.commands import prune
from LVSegULib.commands.main import main
from LVSegULib.errors import UsageError
from LVSegULib.modelfolder.folder import ModelFolder, find_model, save_model
from LVSegULib.network.config import count_multiply_adds
from LVSegULib.pruning.config import PruningConfig


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    prune.add_arguments(parser)
    return parser.parse_args([*words])


def test_every_setting_is_an_option_with_the_configurations_own_default() -> None:
    assert prune.config_of(parsed("lv", "--data", "a", "--out", "b")) == PruningConfig(data=("a",))
    words = ["lv", "--data", "a", "--data", "c", "--out", "b", "--tolerance", "0.002", "--target-parameters", "60000"]
    expected = PruningConfig(data=("a", "c"), tolerance=0.002, target_parameters=60000)
    assert prune.config_of(parsed(*words)) == expected


def test_the_target_may_be_the_size_of_another_model() -> None:
    spec = find_model("lv").spec
    config = prune.config_of(parsed("lv", "--data", "a", "--out", "b", "--size-of", "lv"))
    assert config.target_parameters == spec.parameters
    assert config.target_multiply_adds == count_multiply_adds(spec.network)
    with pytest.raises(UsageError, match="give one target, --size-of or another"):
        prune.config_of(parsed("lv", "--data", "a", "--out", "b", "--size-of", "lv", "--target-speed", "2"))


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("prune", "nothing", "--data", "x", "--out", "y"), 'there is no model "nothing"', 2),
        (("prune", "lv", "--data", "nowhere", "--out", "y"), "nowhere: does not exist", 3),
        (("prune", "lv", "--data", "x", "--out", "y", "--tolerance", "2"), "tolerance is a fall in Dice", 2),
        (("prune", "lv", "--out", "y"), "--data", 2),
        (("prune", "lv", "--data", "x", "--out", "y", "--size-of", "small"), 'there is no model "small"', 2),
    ],
)
def test_a_mistake_is_one_line_and_its_code(
    words: tuple[str, ...],
    said: str,
    code: int,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == code
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_who_does_not_count_as_kept_back_is_told_without_being_asked(
    a_trained_model: ModelFolder,
    a_data_set_of_phantom_hearts: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    everybody = [f"phantom{number}" for number in range(6)]
    start = {"started_from": {"name": "all", "sha256": {}, "trained_on": everybody}}
    spec = dataclasses.replace(a_trained_model.spec, training=a_trained_model.spec.training | start)
    tuned = save_model(tmp_path / "tuned", spec, a_trained_model.weights(), "a card").path
    words = ("prune", str(tuned), "--data", str(a_data_set_of_phantom_hearts), "--out", str(tmp_path / "small"))
    assert main([*words, "--size-of", str(tuned), "--slices", "20", "--refit-slices", "0", "--threads", "1"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("lvsegu: warning: of 2 patients kept back in training 2 do not count: ")
    assert told.err.count("\n") == 1
    assert told.out.endswith("small: nothing was removed: the target is met at the start\n")


def test_without_pytorch_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert main(["prune", "lv", "--data", "x", "--out", "y"]) == 3
    assert 'pruning needs PyTorch, which is not installed: pip install "lvsegu[train]"' in capsys.readouterr().err
