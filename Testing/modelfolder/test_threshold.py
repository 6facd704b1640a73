"""Moving the threshold shifts every logit by the log-odds, and nothing else."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.engines.onnx import OnnxEngine
from LVSegULib.errors import UsageError
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import ModelFolder, open_model, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.modelfolder.threshold import with_threshold
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid

TRAINING = {"step": 60, "seconds": 120.0, "place": "cpu", "split": {"train": ["a"], "validation": ["b"]}}


@pytest.fixture
def a_run_model(tmp_path: Path) -> ModelFolder:
    config = UNetConfig.from_levels((2, 4))
    figures: dict[str, object] = {"validation": {"dice_mean": 0.9, "dice_by_patient": {"b": [0.9]}}}
    spec = ModelSpec("run", config, (CAVITY,), Grid(1.5, 32, 32), training=TRAINING, figures=figures)
    return save_model(tmp_path / "run", spec, random_weights(config), "")


def test_logits_fall_by_the_log_odds_in_the_graph_that_runs(a_run_model: ModelFolder, tmp_path: Path) -> None:
    with_threshold(a_run_model, 0.75, tmp_path / "new")
    images = np.random.default_rng(0).random((2, 1, 32, 32), np.float32)
    before = OnnxEngine(a_run_model, 1).logits(images)
    after = OnnxEngine(open_model(tmp_path / "new"), 1).logits(images)
    np.testing.assert_allclose(before - after, math.log(3), atol=1e-5)  # odds of 0.75 are 3 to 1


def test_the_new_model_says_so_and_claims_no_figures_of_the_old(a_run_model: ModelFolder, tmp_path: Path) -> None:
    new = with_threshold(a_run_model, 0.75, tmp_path / "new")
    assert new.spec.training == TRAINING | {"thresholds": [0.75]}
    assert new.spec.figures == {}
    card = (tmp_path / "new" / "CARD.md").read_text(encoding="utf-8")
    assert "0.75" in card
    assert "Dice" not in card


@pytest.mark.parametrize("probability", [0.5, 0.25])
def test_a_second_threshold_takes_the_place_of_the_first(
    a_run_model: ModelFolder, tmp_path: Path, probability: float
) -> None:
    first = with_threshold(a_run_model, 0.9, tmp_path / "first")
    second = with_threshold(first, probability, tmp_path / "second")
    at_once = with_threshold(a_run_model, probability, tmp_path / "at_once")
    np.testing.assert_allclose(second.weights()["head.bias"], at_once.weights()["head.bias"], atol=1e-6)
    assert second.spec.training == at_once.spec.training == TRAINING | {"thresholds": [probability]}
    card = (tmp_path / "second" / "CARD.md").read_text(encoding="utf-8")
    assert f"a probability of {probability:g} on" in card
    assert "0.9" not in card


def test_thresholds_that_were_put_upon_each_other_are_all_taken_back(a_run_model: ModelFolder, tmp_path: Path) -> None:
    """As an earlier version left them: odds of 3 to 1 twice over, 9 to 1 together."""
    spec = dataclasses.replace(a_run_model.spec, training=TRAINING | {"thresholds": [0.75, 0.75]})
    weights = a_run_model.weights()
    lowered = weights | {"head.bias": weights["head.bias"] - np.float32(math.log(9))}
    new = with_threshold(save_model(tmp_path / "old", spec, lowered, ""), 0.5, tmp_path / "new")
    np.testing.assert_allclose(new.weights()["head.bias"], weights["head.bias"], atol=1e-6)
    assert new.spec.training["thresholds"] == [0.5]


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.2, 1.5, math.nan])
def test_what_is_no_probability_is_refused(a_run_model: ModelFolder, tmp_path: Path, probability: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        with_threshold(a_run_model, probability, tmp_path / "new")
    assert not (tmp_path / "new").exists()
