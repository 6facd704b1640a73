"""Moving the threshold shifts every logit by the log-odds, and nothing else."""

from __future__ import annotations

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


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.2, 1.5, math.nan])
def test_what_is_no_probability_is_refused(a_run_model: ModelFolder, tmp_path: Path, probability: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        with_threshold(a_run_model, probability, tmp_path / "new")
    assert not (tmp_path / "new").exists()
