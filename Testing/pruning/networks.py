"""Networks for the tests of pruning: uneven in every layer, so that a mixed-up axis cannot go unseen."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.network.by_layer import Layers, folded_layers, plain_function, run_by_layer
from LVSegULib.network.config import UNetConfig

UNEVEN = UNetConfig(encoder=((3, 5), (7, 4), (6, 9)), decoder=((5, 8, 3), (2, 6, 4)), output_channels=2)


def uneven_layers(seed: int = 1) -> Layers:
    """The layers of a random network with biases and batch norm statistics that are not all alike."""
    weights = random_weights(UNEVEN, seed)
    random = np.random.default_rng(seed)
    for name, values in weights.items():
        if values.ndim == 1:
            spread = 0.1 * random.standard_normal(values.shape)
            weights[name] = (values + (np.abs(spread) if name.endswith("running_var") else spread)).astype(np.float32)
    return folded_layers(UNEVEN, weights)


def logits(config: UNetConfig, layers: Layers, images: Tensor) -> Tensor:
    """What the network gives."""
    with torch.no_grad():
        return run_by_layer(config.depth, images, plain_function(layers))


def some_images(count: int = 3, rows: int = 24, columns: int = 20) -> Tensor:
    """Random slices in 0..1."""
    return torch.rand(count, 1, rows, columns, generator=torch.Generator().manual_seed(1))
