"""Take filters out of a network: smaller tensors, and nothing else changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from LVSegULib.modelfolder.weights import BATCH_NORM_EPSILON, Weights
from LVSegULib.network.by_layer import Layer, Layers, has_relu
from LVSegULib.network.config import UNetConfig
from LVSegULib.pruning.structure import Reader, filters_of, readers, with_filters


def filter_axis(name: str) -> int:
    """The axis of a layer's kernels along which its filters lie; its input channels lie along the other of 0 and 1."""
    return 1 if name.startswith("upsample") else 0


def without_filters(
    config: UNetConfig, layers: Layers, removed: Mapping[str, Sequence[int]]
) -> tuple[UNetConfig, Layers]:
    """`layers` without the filters `removed` (indices by layer name), and without the channels that read them."""
    counts = filters_of(config)
    kept = {name: indices_kept(count, removed.get(name, [])) for name, count in counts.items()}
    channels = _channels_kept(config, kept)
    smaller: Layers = {}
    for name, layer in layers.items():
        kernels, bias = layer.kernels, layer.bias
        if name in kept:
            kernels, bias = kernels.index_select(filter_axis(name), kept[name]), bias[kept[name]]
        if name in channels:
            kernels = kernels.index_select(1 - filter_axis(name), channels[name])
        smaller[name] = Layer(kernels.clone(), bias.clone())
    return with_filters(config, {name: len(indices) for name, indices in kept.items()}), smaller


def reader_channels(config: UNetConfig, name: str) -> list[tuple[Reader, range]]:
    """Each reader of the layer `name`, with the reader's channels that are the layer's filters, in their order."""
    count = filters_of(config)[name]
    return [(reader, range(reader.first_channel, reader.first_channel + count)) for reader in readers(config)[name]]


def to_weights(layers: Layers) -> Weights:
    """Weights by PyTorch's names; batch norm is already in the kernels, so that its own numbers change nothing."""
    weights: Weights = {}
    for name, layer in layers.items():
        kernels, bias = layer.kernels.numpy().copy(), layer.bias.numpy().copy()
        if not has_relu(name):
            weights |= {f"{name}.weight": kernels, f"{name}.bias": bias}
            continue
        block, position = name.rsplit(".", 1)
        norm = f"{block}.{3 * int(position) + 1}"
        ones = torch.ones(len(bias)).numpy()
        weights[f"{block}.{3 * int(position)}.weight"] = kernels
        weights |= {f"{norm}.weight": ones, f"{norm}.bias": bias, f"{norm}.running_mean": 0 * ones}
        weights[f"{norm}.running_var"] = ones - ones.dtype.type(BATCH_NORM_EPSILON)
    return weights


def indices_kept(count: int, removed: Sequence[int]) -> Tensor:
    """The indices below `count` that are not `removed`."""
    is_kept = torch.ones(count, dtype=torch.bool)
    is_kept[list(removed)] = False
    return is_kept.nonzero()[:, 0]


def _channels_kept(config: UNetConfig, kept: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The input channels that each layer keeps, in their order."""
    parts: dict[str, list[tuple[int, Tensor]]] = {}
    for name, found in readers(config).items():
        for reader in found:
            parts.setdefault(reader.layer, []).append((reader.first_channel, kept[name] + reader.first_channel))
    by_place = {name: sorted(found, key=lambda part: part[0]) for name, found in parts.items()}
    return {name: torch.cat([indices for _, indices in found]) for name, found in by_place.items()}
