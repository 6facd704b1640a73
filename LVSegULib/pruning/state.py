"""A network on its way to a smaller one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from LVSegULib.network.by_layer import Layers, has_relu
from LVSegULib.network.config import UNetConfig, count_multiply_adds, count_parameters
from LVSegULib.pruning.mixing import Mixing, mixed
from LVSegULib.pruning.structure import filters_of
from LVSegULib.pruning.surgery import indices_kept, reader_channels, without_filters

MULTIPLY_ADDS_COUNT = 0.75
"""How much multiply-adds count in what a removal saves; parameters count the rest. Time goes with the former."""


@dataclass(frozen=True)
class State:
    """What is left of a network.

    Attributes:
        config: its shape.
        layers: its layers.
        alive: which of the unpruned network's filters are left, by layer with a ReLU.
        mixes: which mixture of the unpruned network's filters each one is now, (unpruned, left), by up-sampling.
    """

    config: UNetConfig
    layers: Layers
    alive: dict[str, Tensor]
    mixes: dict[str, Tensor]

    @classmethod
    def whole(cls, config: UNetConfig, layers: Layers) -> State:
        """The unpruned network."""
        counts = filters_of(config)
        alive = {name: torch.arange(count) for name, count in counts.items() if has_relu(name)}
        mixes = {n: torch.eye(count, dtype=torch.float64) for n, count in counts.items() if not has_relu(n)}
        return cls(config, layers, alive, mixes)

    def without(self, removed: Mapping[str, Sequence[int]]) -> State:
        """The state without some filters, by their present indices; nothing is refitted."""
        counts = filters_of(self.config)
        kept = {name: indices_kept(counts[name], those) for name, those in removed.items()}
        config, layers = without_filters(self.config, self.layers, removed)
        alive = {name: self.alive[name][indices] for name, indices in kept.items() if has_relu(name)}
        mixes = {name: self.mixes[name][:, indices] for name, indices in kept.items() if not has_relu(name)}
        return State(config, layers, self.alive | alive, self.mixes | mixes)

    def mixed(self, name: str, mixing: Mixing) -> State:
        """The state with mixtures for the filters of the up-sampling `name`; nothing is refitted."""
        ((reader, channels),) = reader_channels(self.config, name)
        config, layers = mixed(self.config, self.layers, name, reader.layer, channels.start, mixing)
        return State(config, layers, self.alive, self.mixes | {name: self.mixes[name] @ mixing.mix})

    def wanted(self, name: str, outputs: Tensor) -> Tensor:
        """What the layer `name` should give (N, F), of the unpruned network's `outputs` there.

        The four outputs of an up-sampling's filter lie side by side.
        """
        if name in self.alive:
            return outputs[:, self.alive[name]]
        if name not in self.mixes:
            return outputs
        mix = self.mixes[name].float()
        return torch.einsum("nfp,fm->nmp", outputs.view(len(outputs), len(mix), 4), mix).flatten(1)


def share_saved(before: UNetConfig, after: UNetConfig, whole: UNetConfig) -> float:
    """What a step from `before` to `after` saves of the `whole` network's computation and parameters, 0 to 1."""
    multiply_adds = (count_multiply_adds(before) - count_multiply_adds(after)) / count_multiply_adds(whole)
    parameters = (count_parameters(before) - count_parameters(after)) / count_parameters(whole)
    return MULTIPLY_ADDS_COUNT * multiply_adds + (1 - MULTIPLY_ADDS_COUNT) * parameters
