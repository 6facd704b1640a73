"""`lvsegu threshold` writes a model folder that the other commands take."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.commands import threshold
from LVSegULib.commands.main import main
from LVSegULib.evaluation.threshold_choice import PROBABILITIES, Choice
from LVSegULib.modelfolder.folder import ModelFolder, open_model, save_model
from LVSegULib.preparation.grid import Grid
from Testing.modelfolder.test_threshold import a_run_model  # noqa: F401, fixture


def test_the_folder_is_a_model(
    a_run_model: ModelFolder,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["threshold", str(a_run_model.path), "--probability", "0.75", "--out", str(tmp_path / "new")]) == 0
    assert main(["info", str(tmp_path / "new")]) == 0
    assert "cut at a probability of 0.75" in capsys.readouterr().out


def test_the_probability_that_is_said_is_the_one_in_force(
    a_run_model: ModelFolder,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for model, probability, out in ((a_run_model.path, "0.9", "y1"), (tmp_path / "y1", "0.5", "y2")):
        words = ["threshold", str(model), "--probability", probability, "--out", str(tmp_path / out)]
        assert main(words) == 0
    assert "y2: run, cut at a probability of 0.5\n" in capsys.readouterr().out
    biases = [open_model(path).weights()["head.bias"] for path in (a_run_model.path, tmp_path / "y2")]
    np.testing.assert_allclose(biases[0], biases[1], atol=1e-6)  # what the network was trained with is cut at 0.5


def test_what_is_no_probability_is_a_usage_error(
    a_run_model: ModelFolder,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["threshold", str(a_run_model.path), "--probability", "75", "--out", str(tmp_path / "new")]) == 2
    assert "between 0 and 1, got 75" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [[], ["--probability", "0.7", "--folds", "x", "--data", "y"], ["--folds", "x"], ["--data", "y"]]
)
def test_either_a_probability_or_folds_with_data(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["threshold", "lv", *options, "--out", str(tmp_path / "new")]) == 2
    assert "give either --probability P, or --folds" in capsys.readouterr().err


def test_the_folder_may_be_the_one_that_it_runs_in(
    a_run_model: ModelFolder,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "new").mkdir()
    monkeypatch.chdir(tmp_path / "new")
    for probability in ("0.75", "0.6"):
        words = ["threshold", str(a_run_model.path), "--probability", probability, "--out", "."]
        assert main([*words, "--replace"]) == 0
        assert main(["info", str(tmp_path / "new")]) == 0


def test_the_model_itself_is_not_replaced(
    a_run_model: ModelFolder,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = (a_run_model.path / "model.json").read_bytes()
    monkeypatch.chdir(a_run_model.path)
    for out in (str(a_run_model.path), "."):
        assert main(["threshold", str(a_run_model.path), "--probability", "0.75", "--out", out]) == 2
        assert f"{out} is the model itself: choose another --out" in capsys.readouterr().err
    assert (a_run_model.path / "model.json").read_bytes() == before


def test_another_model_is_replaced_with_replace_only(
    a_run_model: ModelFolder,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["threshold", str(a_run_model.path), "--out", str(tmp_path / "new"), "--probability"]
    assert main([*words, "0.7"]) == 0
    assert main([*words, "0.6"]) == 3
    message = "holds a model already: choose another --out, or pass --replace to replace it"
    assert f"{tmp_path / 'new'} {message}" in capsys.readouterr().err
    assert open_model(tmp_path / "new").spec.training["thresholds"] == [0.7]
    assert main([*words, "0.6", "--replace"]) == 0
    assert open_model(tmp_path / "new").spec.training["thresholds"] == [0.6]


def test_folds_of_another_recipe_are_refused(
    a_run_model: ModelFolder,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spec = dataclasses.replace(a_run_model.spec, name="other", grid=Grid(2.0, 64, 64))
    fold = save_model(tmp_path / "fold", spec, a_run_model.weights(), "")
    words = ["--folds", str(fold.path), "--data", str(tmp_path), "--out", str(tmp_path / "new")]
    assert main(["threshold", str(a_run_model.path), *words]) == 2
    assert "see images on different grids: give folds of the same recipe" in capsys.readouterr().err


def test_a_folder_with_something_else_is_refused_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter.txt").touch()
    assert main(["threshold", "lv", "--folds", "nosuch", "--data", "nosuch", "--out", str(tmp_path)]) == 3
    assert "is no model folder: choose another folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("chosen", "error", "said"),
    [
        (0.9, 12.34, "volumes are +12.3 % off at 0.9 still, the best of the probabilities that are tried"),
        (0.5, -2.0, "volumes are -2.0 % off at 0.5 still, the best of the probabilities that are tried"),
        (0.75, 12.34, "volumes are +12.3 % off at 0.75 still, the best of the probabilities that are tried"),
        (0.5, -1.9, ""),
        (0.75, 1.9, ""),
    ],
)
def test_volumes_that_no_probability_sets_right_are_said(
    chosen: float,
    error: float,
    said: str,
    a_run_model: ModelFolder,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    values = {"set": (error,) * len(PROBABILITIES)}
    monkeypatch.setattr(threshold, "_choose", lambda *_: Choice(chosen, values, values, {"set": 1}))
    words = ["--folds", "x", "--data", "y", "--out", str(tmp_path / "new")]
    assert main(["threshold", str(a_run_model.path), *words]) == 0
    told = capsys.readouterr().err
    assert said in told
    assert bool(said) == ("volumes are" in told)


def test_a_probability_at_which_nothing_is_drawn_is_refused(
    a_run_model: ModelFolder,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Far too large up to 0.55, and nothing from 0.6 on: as a network that has learnt too little draws."""
    errors, dice = {"set": (2211.0,) * 2 + (-100.0,) * 7}, {"set": (0.1,) * 2 + (0.0,) * 7}
    monkeypatch.setattr(threshold, "_choose", lambda *_: Choice(0.6, errors, dice, {"set": 1}))
    words = ["--folds", "x", "--data", "y", "--out", str(tmp_path / "new")]
    assert main(["threshold", str(a_run_model.path), *words]) == 3
    printed = capsys.readouterr()
    assert printed.err == (
        "lvsegu: nothing is drawn at 0.6, where volumes are the least off: train the network for longer\n"
    )
    assert "+2211.0 %" in printed.out, "the table shows how it draws at the others"
    assert not (tmp_path / "new").exists()
