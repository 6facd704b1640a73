"""Speed is a ratio of two networks on the same slices."""

from __future__ import annotations

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.network.config import UNetConfig
from LVSegULib.pruning.speed import times_faster
from Testing.pruning.networks import some_images


def test_a_network_of_a_hundredth_of_the_multiply_adds_is_faster() -> None:
    large, small = UNetConfig.from_levels((40, 80, 160)), UNetConfig.from_levels((4, 8, 16))
    networks = [(config, random_weights(config)) for config in (large, small)]
    images = some_images(2, 96, 96).numpy()
    assert times_faster(networks[0], networks[1], images) > 1.5
    assert times_faster(networks[1], networks[0], images) < 1 / 1.5
