"""Other ways to choose which filters go, as fields to compare with; each is told how many parameters may be left."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from LVSegULib.modelfolder.weights import Weights
from LVSegULib.network.by_layer import Layers, has_relu
from LVSegULib.network.config import UNetConfig, count_parameters
from LVSegULib.pruning.mixing import Mixing
from LVSegULib.pruning.state import State
from LVSegULib.pruning.structure import filters_of, with_filters
from LVSegULib.pruning.surgery import filter_axis

Counts = dict[str, int]
"""Filters of each layer, by name."""

HALVINGS = 30


def by_l1_norm(whole: State, parameters: int) -> State:
    """Every layer keeps the same share of its filters, those with the largest sum of absolute kernels.

    Li et al.: Pruning Filters for Efficient ConvNets, ICLR 2017, arXiv:1608.08710.
    """
    scores = {name: _l1_norms(name, whole.layers) for name in filters_of(whole.config)}
    return _best_of_each_layer(whole, scores, uniform(whole.config, parameters))


def by_chance(whole: State, parameters: int, seed: int) -> State:
    """Every layer keeps the same share of its filters, drawn at random."""
    generator = torch.Generator().manual_seed(seed)
    counts = filters_of(whole.config)
    scores = {name: torch.rand(count, generator=generator) for name, count in counts.items()}
    return _best_of_each_layer(whole, scores, uniform(whole.config, parameters))


def by_batch_norm_scale(whole: State, weights: Weights, parameters: int) -> State:
    """The filters with the largest batch-norm scale in the whole network stay, at least one in every layer.

    An up-sampling has no batch norm; it keeps the share of its filters that the others keep on average, by L1 norm.

    Liu et al.: Learning Efficient Convolutional Networks through Network Slimming, ICCV 2017, arXiv:1708.06519.
    """
    names = list(filters_of(whole.config))
    scores = {name: _scales(name, weights) if has_relu(name) else _l1_norms(name, whole.layers) for name in names}
    scales = torch.cat([scores[name] for name in names if has_relu(name)]).sort().values

    def above(share: float) -> Counts:
        least = scales[min(len(scales) - 1, round((1 - share) * len(scales)))]
        return {
            name: max(1, int((own >= least).sum()) if has_relu(name) else round(share * len(own)))
            for name, own in scores.items()
        }

    return _best_of_each_layer(whole, scores, _largest(whole.config, parameters, above))


def uncompensated(whole: State, chosen: State) -> State:
    """The filters and mixtures of `chosen`, with the unpruned network's kernels: nothing makes up for what went."""
    removed = {name: _others(len(whole.alive[name]), alive) for name, alive in chosen.alive.items()}
    state = whole.without(removed)
    for name, mix in chosen.mixes.items():
        state = state.mixed(name, Mixing(mix, torch.linalg.pinv(mix)))
    return state


def uniform(config: UNetConfig, parameters: int) -> Counts:
    """The same share of every layer, at least one filter, with at most `parameters` (or the fewest there can be)."""
    counts = filters_of(config)
    return _largest(config, parameters, lambda share: {name: max(1, round(share * n)) for name, n in counts.items()})


def _largest(config: UNetConfig, parameters: int, counts_at: Callable[[float], Counts]) -> Counts:
    """The counts at the largest share that has at most `parameters`, to a billionth."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if count_parameters(with_filters(config, counts_at(middle))) <= parameters:
            low = middle
        else:
            high = middle
    return counts_at(low)


def _best_of_each_layer(whole: State, scores: Mapping[str, Tensor], counts: Counts) -> State:
    kept = {name: own.argsort(descending=True, stable=True)[: counts[name]] for name, own in scores.items()}
    return whole.without({name: _others(len(scores[name]), indices) for name, indices in kept.items()})


def _others(count: int, kept: Tensor) -> list[int]:
    return sorted(set(range(count)) - set(kept.tolist()))


def _l1_norms(name: str, layers: Layers) -> Tensor:
    return layers[name].kernels.movedim(filter_axis(name), 0).flatten(1).abs().sum(1)


def _scales(name: str, weights: Weights) -> Tensor:
    block, position = name.rsplit(".", 1)
    return torch.from_numpy(weights[f"{block}.{3 * int(position) + 1}.weight"]).abs()
