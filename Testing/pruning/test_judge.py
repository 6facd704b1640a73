"""The judge gives what running the changed network from the start gives."""

from __future__ import annotations

import math

import pytest
import torch

from LVSegULib.network.by_layer import Layer
from LVSegULib.pruning.judge import Judge, divergence
from LVSegULib.training.loss import probabilities
from Testing.pruning.networks import UNEVEN, logits, some_images, uneven_layers


def test_divergence_of_known_probabilities() -> None:
    wanted = torch.tensor([[[[0.75, 0.25]]]])
    found = torch.tensor([[[[0.0, 0.0]]]])  # logits: a probability of one half each
    one = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    assert divergence(wanted, found) == pytest.approx(2 * one / 1.0, rel=1e-6)


def test_divergence_from_itself_is_zero_even_where_the_network_is_certain() -> None:
    certain = torch.tensor([[[[60.0, -60.0, 0.3]]]])
    assert divergence(probabilities(certain), certain) == pytest.approx(0.0, abs=1e-7)


@pytest.mark.parametrize("name", list(uneven_layers()))
def test_a_change_of_any_layer_counts_as_if_all_were_run(name: str) -> None:
    layers, images = uneven_layers(), some_images()
    wanted = probabilities(logits(UNEVEN, layers, images))
    judge = Judge(UNEVEN.depth, layers, images, wanted)
    changed = {name: Layer(0.7 * layers[name].kernels, layers[name].bias + 0.1)}
    expected = divergence(wanted, logits(UNEVEN, layers | changed, images))
    assert expected > 1e-6
    assert judge.loss_with(changed) == pytest.approx(expected, rel=1e-5)
    assert judge.loss == pytest.approx(0.0, abs=1e-6)
