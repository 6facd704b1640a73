"""Weights that a graph has to get right everywhere."""

from __future__ import annotations

import numpy as np

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.modelfolder.weights import Weights
from LVSegULib.network.config import UNetConfig


def lively_weights(config: UNetConfig, spread: float = 0.3) -> Weights:
    """Random weights whose batch norms do something too; biases differ by `spread`."""
    random = np.random.default_rng(11)
    weights = random_weights(config, seed=3)
    for name, values in weights.items():
        if name.endswith("running_var"):
            weights[name] = random.uniform(0.3, 3.0, values.shape).astype(np.float32)
        elif values.ndim == 1:
            weights[name] = (values + random.normal(0, spread, values.shape)).astype(np.float32)
    return weights
