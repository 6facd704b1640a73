"""Hand-made networks whose filters are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import ModelFolder, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.modelfolder.weights import BATCH_NORM_EPSILON, Weights, weight_shapes
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid

GRID = Grid(1.5, 32, 32)
TWO_LEVELS = UNetConfig.from_levels((2, 3, 4))
"""Depth 2, so that there are maps at full, half and quarter resolution."""

CENTRE = (1, 1)
EDGE = ((-1.0, 0.0, 1.0), (-1.0, 0.0, 1.0), (-1.0, 0.0, 1.0))
"""Bright on the right minus bright on the left."""


def silent_weights(config: UNetConfig = TWO_LEVELS) -> Weights:
    """Weights that give 0 everywhere: no kernels, and a batch norm that changes nothing."""
    weights = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}
    for name, values in weights.items():
        if name.endswith("running_var"):
            values[:] = 1 - BATCH_NORM_EPSILON
        elif values.ndim == 1 and name.endswith((".1.weight", ".4.weight")):
            values[:] = 1
    return weights


def passing_weights() -> Weights:
    """The first filter of every layer passes its first channel on: down, up, and across to the head."""
    weights = silent_weights()
    for name, kernels in weights.items():
        if kernels.ndim == 4 and kernels.shape[-1] == 3:
            kernels[(0, 0, *CENTRE)] = 1
        elif name.startswith("upsample") and kernels.ndim == 4:
            kernels[0, 0] = 1
    weights["head.weight"][0, 0] = 1
    weights["head.bias"][0] = -0.5
    return weights


def with_an_edge_filter() -> Weights:
    """The same, and the second filter of the first layer is an edge filter that the next layer reads with weight 0."""
    weights = passing_weights()
    weights["encoder.0.0.weight"][1, 0] = EDGE
    return weights


def a_model(folder: Path, weights: Weights, config: UNetConfig = TWO_LEVELS, grid: Grid = GRID) -> ModelFolder:
    return save_model(folder, ModelSpec("hand-made", config, (CAVITY,), grid), weights, "Hand-made.\n")
