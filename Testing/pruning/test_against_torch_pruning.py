"""Surgery agrees with torch-pruning, which finds out by itself who reads a filter, on the same choice of filters."""

from __future__ import annotations

import pytest
import torch
import torch_pruning
from torch import nn

from LVSegULib.engines.pytorch import load_network
from LVSegULib.network.unet import UNet
from LVSegULib.pruning.structure import filters_of
from LVSegULib.pruning.surgery import to_weights, without_filters
from Testing.pruning.networks import UNEVEN, logits, some_images, uneven_layers


def module_of(network: UNet, name: str) -> nn.Module:
    """The convolution or up-sampling of a layer."""
    kind, *place = name.split(".")
    if kind == "upsample":
        return network.upsample[int(place[0])]
    return getattr(network, kind)[int(place[0])][3 * int(place[1])]


@pytest.mark.parametrize("name", list(filters_of(UNEVEN)))
def test_the_same_tensors_and_the_same_logits_are_left(name: str) -> None:
    layers = uneven_layers()
    removed = {name: [1] if filters_of(UNEVEN)[name] < 4 else [0, 3]}
    network = load_network(UNEVEN, to_weights(layers))
    graph = torch_pruning.DependencyGraph().build_dependency(network, example_inputs=some_images(1))
    module = module_of(network, name)
    prune = graph.get_pruner_of_module(module).prune_out_channels
    graph.get_pruning_group(module, prune, idxs=removed[name]).prune()
    config, smaller = without_filters(UNEVEN, layers, removed)
    expected = {key: values.numpy() for key, values in network.state_dict().items() if "num_batches" not in key}
    found = to_weights(smaller)
    assert {key: values.shape for key, values in found.items()} == {k: v.shape for k, v in expected.items()}
    for key, values in expected.items():
        torch.testing.assert_close(torch.from_numpy(found[key]), torch.from_numpy(values), rtol=0, atol=0)
    with torch.no_grad():
        network.config = config
        torch.testing.assert_close(network(some_images()), logits(config, smaller, some_images()), rtol=1e-5, atol=1e-5)
