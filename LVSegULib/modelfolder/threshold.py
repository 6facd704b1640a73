"""Move the probability from which a pixel counts as a label: the same network, a little more or less cautious.

Training with the Dice of each slice makes a network draw too large where it is unsure, as a contour that is too large
costs less Dice than one that is too small. How much can only be seen on patients that it was not trained on.
"""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np

from LVSegULib.errors import UsageError
from LVSegULib.modelfolder.folder import ModelFolder, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.training.card import training_card


def with_threshold(model: ModelFolder, probability: float, path: Path) -> ModelFolder:
    """Write `model` as a new folder in which what had `probability` has 0.5, so that every engine cuts there.

    A label's logit is its log-odds against the background, whose logit is 0. So the biases of the network's head are
    lowered by the log-odds of `probability`, and nothing else changes. Figures of the model as it was are left out.
    A probability is always one of the network as it was trained: an earlier threshold is taken back first.

    Args:
        model: the model of a training run, with or without a threshold.
        probability: between 0 and 1; above 0.5 draws smaller, below 0.5 larger.
        path: the new folder.

    Raises:
        UsageError: `probability` is not between 0 and 1.
        OutputError: `path` cannot be written.
    """
    if not 0 < probability < 1:
        raise UsageError(f"the probability must lie between 0 and 1, got {probability:g}")
    weights = model.weights()
    shift = np.float32(log_odds(probability) - log_odds_in_force(model.spec))
    weights["head.bias"] = weights["head.bias"] - shift
    training = model.spec.training | {"thresholds": [probability]}
    spec = dataclasses.replace(model.spec, training=training, figures={}, quality={})
    return save_model(path, spec, weights, training_card(spec))


def log_odds_in_force(spec: ModelSpec) -> float:
    """By how much thresholds have lowered the logits of the network as it was trained; 0 without one.

    Several add up: earlier versions put each upon the one before.
    """
    return sum(log_odds(probability) for probability in spec.training.get("thresholds", ()))


def log_odds(probability: float) -> float:
    """The logit, against the background's 0, from which a pixel has this probability."""
    return math.log(probability / (1 - probability))
