"""Running the network layer by layer gives what the network gives."""

from __future__ import annotations

import torch

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.engines.pytorch import load_network
from LVSegULib.network.by_layer import folded_layers, plain_function, run_by_layer
from LVSegULib.network.config import layer_costs
from Testing.pruning.networks import UNEVEN, some_images


def test_the_logits_are_those_of_the_pytorch_network() -> None:
    weights = random_weights(UNEVEN)
    weights["encoder.1.4.running_mean"] += 0.3
    weights["decoder.0.1.running_var"] *= 2.0
    images = some_images()
    with torch.no_grad():
        expected = load_network(UNEVEN, weights)(images)
        found = run_by_layer(UNEVEN.depth, images, plain_function(folded_layers(UNEVEN, weights)))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_the_layers_come_in_the_order_and_by_the_names_of_the_configuration() -> None:
    layers = folded_layers(UNEVEN, random_weights(UNEVEN))
    seen: list[str] = []

    def layer(name: str, x: torch.Tensor) -> torch.Tensor:
        seen.append(name)
        return plain_function(layers)(name, x)

    run_by_layer(UNEVEN.depth, some_images(), layer)
    assert seen == list(layers) == [cost.name for cost in layer_costs(UNEVEN)]
