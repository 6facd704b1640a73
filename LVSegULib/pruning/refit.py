"""Refit a whole network, layer after layer, to what the unpruned one gives."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from LVSegULib.network.by_layer import Layers, activate, has_relu, run_by_layer, run_layer
from LVSegULib.pruning.calibration import Calibration
from LVSegULib.pruning.fit import Moments, moments, patches, refitted, refitted_rectified, to_layer, to_matrix
from LVSegULib.pruning.state import State

LAST_ROUNDS = 12
"""Rounds of the last refit that allow for the ReLU: three times as many as a round of the search has."""


def refit_at_last(state: State, calibration: Calibration, ridge: float) -> State:
    """The network that a search has found, refitted once more and more thoroughly.

    Few slices will do to tell which filters are needed least; the more there are for the kernels of those that stay,
    the less is lost on other patients (docs/models/lv/experiments.md).

    Args:
        state: what is left of the network.
        calibration: slices, more than the search had, and what the unpruned network gives there.
        ridge: as in `refit`.
    """
    return refit(state, calibration, ridge, LAST_ROUNDS)[0]


@torch.inference_mode()
def refit(state: State, calibration: Calibration, ridge: float, rounds: int) -> tuple[State, dict[str, Moments]]:
    """Refit every layer to the unpruned network's outputs, each on what the refitted layers before it give.

    So each layer makes up for what the ones before it still get wrong. Batch norm is part of the layers (folded), so
    this is also where its statistics are estimated anew.

    Args:
        state: what is left of the network.
        calibration: slices, and what the unpruned network gives there.
        ridge: pull towards the present kernels, as a share of the inputs' mean square.
        rounds: rounds that allow for the ReLU, see `refitted_rectified`.

    Returns:
        The refitted network, and each layer's moments.
    """
    layers: Layers = {}
    found: dict[str, Moments] = {}

    def layer(name: str, x: Tensor) -> Tensor:
        current, sample = state.layers[name], calibration.samples[name]
        wanted = state.wanted(name, calibration.wanted[name])
        rows = patches(name, x, sample)
        found[name] = moments(rows, wanted)
        matrix = to_matrix(name, current)
        if has_relu(name):
            matrix = refitted_rectified(rows, wanted, found[name], matrix, ridge, rounds)
        else:
            matrix = refitted(found[name], matrix, ridge)
        layers[name] = to_layer(name, matrix, current)
        return activate(name, run_layer(name, layers[name], x))

    run_by_layer(state.config.depth, calibration.images, layer)
    return dataclasses.replace(state, layers=layers), found
