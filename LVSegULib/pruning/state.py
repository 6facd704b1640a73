"""A network on its way to a smaller one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from LVSegULib.network.by_layer import Layers
from LVSegULib.network.config import UNetConfig, count_multiply_adds, count_parameters
from LVSegULib.pruning.structure import filters_of
from LVSegULib.pruning.surgery import indices_kept, without_filters

MULTIPLY_ADDS_COUNT = 0.75
"""How much multiply-adds count in what a removal saves; parameters count the rest. Time goes with the former."""


@dataclass(frozen=True)
class State:
    """What is left of a network.

    Attributes:
        config: its shape.
        layers: its layers.
        alive: which of the unpruned network's filters are left, by layer.
    """

    config: UNetConfig
    layers: Layers
    alive: dict[str, Tensor]

    @classmethod
    def whole(cls, config: UNetConfig, layers: Layers) -> State:
        """The unpruned network."""
        return cls(config, layers, {name: torch.arange(count) for name, count in filters_of(config).items()})

    def without(self, removed: Mapping[str, Sequence[int]]) -> State:
        """The state without some filters, by their present indices; nothing is refitted."""
        config, layers = without_filters(self.config, self.layers, removed)
        left = {name: self.alive[name][indices_kept(len(self.alive[name]), those)] for name, those in removed.items()}
        return State(config, layers, self.alive | left)


def share_saved(before: UNetConfig, after: UNetConfig, whole: UNetConfig) -> float:
    """What a step from `before` to `after` saves of the `whole` network's computation and parameters, 0 to 1."""
    multiply_adds = (count_multiply_adds(before) - count_multiply_adds(after)) / count_multiply_adds(whole)
    parameters = (count_parameters(before) - count_parameters(after)) / count_parameters(whole)
    return MULTIPLY_ADDS_COUNT * multiply_adds + (1 - MULTIPLY_ADDS_COUNT) * parameters
