"""The classic U-Net with random weights, as the yardstick: its speed does not depend on what it has learnt."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import ModelFolder, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.modelfolder.weights import Weights, weight_shapes
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid


def random_weights(config: UNetConfig, seed: int = 1) -> Weights:
    """Weights with He's variance, so that activations keep their size from layer to layer.

    He, Zhang, Ren, Sun: Delving Deep into Rectifiers, ICCV 2015, doi 10.1109/ICCV.2015.123.
    """
    random = np.random.default_rng(seed)
    weights: Weights = {}
    for name, shape in weight_shapes(config).items():
        if len(shape) == 4:
            spread = np.sqrt(2 / (shape[1] * shape[2] * shape[3]))
            weights[name] = (spread * random.standard_normal(shape, dtype=np.float32)).astype(np.float32)
        else:
            is_gain = name.endswith(("running_var", ".1.weight", ".4.weight"))
            weights[name] = np.full(shape, 1.0 if is_gain else 0.0, np.float32)
    return weights


def save_random_model(folder: Path, config: UNetConfig, name: str, grid: Grid) -> ModelFolder:
    """Write a model folder with random weights; for timing and tests only."""
    spec = ModelSpec(name, config, (CAVITY,), grid, description="random weights, for timing only")
    return save_model(folder, spec, random_weights(config), "Random weights, for timing only.\n")
