"""Kernels of every layer, grouped by what they read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.modelfolder.weights import Weights, folded_convolution
from LVSegULib.network.config import UNetConfig
from LVSegULib.pruning.structure import filters_of, readers
from LVSegULib.visualization.filters import layers_of

IMAGE = "image"
"""What the first layer reads."""


@dataclass(frozen=True)
class ChannelGroup:
    """Input channels of a layer that come from one place: the layer `source` (or `IMAGE`), whose filters they are."""

    source: str
    channels: range


@dataclass(frozen=True)
class LayerKernels:
    """What a layer has learnt, batch norm folded in.

    Attributes:
        layer: its name.
        kernels: (filters, channels, rows, columns).
        bias: (filters,).
        groups: where the channels come from, in their order.
    """

    layer: str
    kernels: NDArray[np.float32]
    bias: NDArray[np.float32]
    groups: tuple[ChannelGroup, ...]

    @property
    def scale(self) -> float:
        """The largest weight without sign: colours of the whole layer run from minus this to this."""
        return float(np.abs(self.kernels).max())


def network_kernels(config: UNetConfig, weights: Weights) -> dict[str, LayerKernels]:
    """The kernels of every layer by its name, in the order in which the layers run.

    Args:
        config: the network's shape.
        weights: its weights by PyTorch's names.
    """
    groups = _groups(config)
    return {name: LayerKernels(name, *_layer(name, weights), groups[name]) for name in layers_of(config)}


def _layer(name: str, weights: Weights) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if name == "head":
        return weights["head.weight"], weights["head.bias"]
    if name.startswith("upsample"):
        return weights[f"{name}.weight"].swapaxes(0, 1), weights[f"{name}.bias"]
    block, position = name.rsplit(".", 1)
    return folded_convolution(weights, block, int(position))


def _groups(config: UNetConfig) -> dict[str, tuple[ChannelGroup, ...]]:
    found: dict[str, list[ChannelGroup]] = {name: [] for name in layers_of(config)}
    found["encoder.0.0"].append(ChannelGroup(IMAGE, range(config.input_channels)))
    counts = filters_of(config)
    for source, of_source in readers(config).items():
        for reader in of_source:
            channels = range(reader.first_channel, reader.first_channel + counts[source])
            found[reader.layer].append(ChannelGroup(source, channels))
    return {name: tuple(sorted(groups, key=lambda group: group.channels.start)) for name, groups in found.items()}
