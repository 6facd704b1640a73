"""Running the network layer by layer gives what the network gives."""

from __future__ import annotations

import torch

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.engines.pytorch import load_network
from LVSegULib.network.by_layer import Remembered, folded_layers, plain_function, run_by_layer
from LVSegULib.network.config import layer_costs
from Testing.pruning.networks import UNEVEN, logits, some_images, uneven_layers


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


def test_from_a_change_on_it_runs_as_if_from_the_start() -> None:
    layers, images = uneven_layers(), some_images()
    run = plain_function(layers)
    whole = Remembered(UNEVEN.depth, images, run)
    torch.testing.assert_close(whole.logits, logits(UNEVEN, layers, images))
    assert list(whole.outputs) == list(layers)
    for start in layers:
        called: list[str] = []

        def silenced(name: str, x: torch.Tensor, start: str = start, called: list[str] = called) -> torch.Tensor:
            called.append(name)
            return run(name, x) * (name != start)

        found = whole.again_from(start, silenced)
        assert called == list(layers)[list(layers).index(start) :]
        torch.testing.assert_close(found, run_by_layer(UNEVEN.depth, images, silenced))
