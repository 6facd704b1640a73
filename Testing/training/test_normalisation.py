"""Training starts from the very network that it is told to start from, also where batch norm is in the kernels."""

from __future__ import annotations

import copy

import pytest
import torch

from LVSegULib.engines.pytorch import load_network
from LVSegULib.network.unet import UNet
from LVSegULib.pruning.surgery import to_weights
from LVSegULib.training.normalisation import adopt_statistics
from Testing.pruning.networks import UNEVEN, some_images, uneven_layers
from Testing.training.mps import AsOnMps


def a_pruned_network() -> UNet:
    return load_network(UNEVEN, to_weights(uneven_layers()))


def logits(network: UNet, images: torch.Tensor, *, is_training: bool) -> torch.Tensor:
    with torch.no_grad():
        return copy.deepcopy(network).train(is_training)(images)


def test_in_use_nothing_changes_and_in_training_it_is_the_same_network() -> None:
    network, images = a_pruned_network(), some_images(6, 24, 20)
    expected = logits(network, images, is_training=False)
    assert (logits(network, images, is_training=True) - expected).abs().max() > 0.1
    adopt_statistics(network, [images])
    assert not network.training
    torch.testing.assert_close(logits(network, images, is_training=False), expected, rtol=0, atol=1e-4)
    torch.testing.assert_close(logits(network, images, is_training=True), expected, rtol=0, atol=1e-4)


def test_the_statistics_are_those_of_all_batches_together() -> None:
    one, other = a_pruned_network(), a_pruned_network()
    images = some_images(6, 24, 20)
    adopt_statistics(one, [images])
    adopt_statistics(other, list(images.split(2)))
    for (name, value), again in zip(one.state_dict().items(), other.state_dict().values(), strict=True):
        torch.testing.assert_close(value, again, msg=name)


def test_a_channel_that_does_not_vary_stays_as_it_is() -> None:
    network = torch.nn.BatchNorm2d(1).eval()
    network.weight.data.fill_(3.0)
    network.bias.data.fill_(1.0)
    expected = network(torch.tensor(0.5).view(1, 1, 1, 1)).item()
    adopt_statistics(network, [torch.full((2, 1, 4, 4), 0.5)])
    assert network(torch.tensor(0.5).view(1, 1, 1, 1)).item() == pytest.approx(expected)
    assert network.running_mean is not None and network.running_mean.item() == 0.5


def test_a_device_without_float64_is_not_asked_for_it() -> None:
    network, images = a_pruned_network(), some_images(6, 24, 20)
    expected = logits(network, images, is_training=False)
    with AsOnMps():
        adopt_statistics(network, [images])
    torch.testing.assert_close(logits(network, images, is_training=True), expected, rtol=0, atol=1e-4)
