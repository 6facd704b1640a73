"""Kernels as they act, by what they read."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.network.by_layer import folded_layers
from LVSegULib.network.config import UNetConfig
from LVSegULib.visualization.kernels import ChannelGroup, network_kernels
from Testing.visualization import networks

CONFIG = UNetConfig(encoder=((2, 3), (4, 5)), decoder=((6, 7, 8),))


def test_kernels_are_those_that_the_network_runs_with() -> None:
    weights = random_weights(CONFIG)
    weights["encoder.0.1.weight"] *= 3  # a gain of batch norm
    found = network_kernels(CONFIG, weights)
    for name, layer in folded_layers(CONFIG, weights).items():
        kernels = layer.kernels.numpy()
        expected = kernels.swapaxes(0, 1) if name.startswith("upsample") else kernels
        np.testing.assert_array_equal(found[name].kernels, expected)
        np.testing.assert_array_equal(found[name].bias, layer.bias.numpy())


def test_channels_are_grouped_by_what_they_come_from() -> None:
    groups = {name: layer.groups for name, layer in network_kernels(CONFIG, random_weights(CONFIG)).items()}
    assert groups["encoder.0.0"] == (ChannelGroup("image", range(1)),)
    assert groups["upsample.0"] == (ChannelGroup("encoder.1.1", range(5)),)
    assert groups["decoder.0.0"] == (  # first across the skip connection, then from below
        ChannelGroup("encoder.0.1", range(3)),
        ChannelGroup("upsample.0", range(3, 9)),
    )
    assert groups["head"] == (ChannelGroup("decoder.0.1", range(8)),)


def test_the_scale_is_the_largest_weight_without_sign() -> None:
    weights = networks.with_an_edge_filter()
    weights["encoder.0.0.weight"][1] *= -4
    assert network_kernels(networks.TWO_LEVELS, weights)["encoder.0.0"].scale == pytest.approx(4)
