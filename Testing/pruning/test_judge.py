"""The judge gives what running the changed network from the start gives."""

from __future__ import annotations

import pytest

from LVSegULib.measures.divergence import Divergence
from LVSegULib.network.by_layer import Layer
from LVSegULib.pruning.judge import Judge
from LVSegULib.training.loss import probabilities
from Testing.pruning.networks import UNEVEN, logits, some_images, uneven_layers


@pytest.mark.parametrize("name", list(uneven_layers()))
def test_a_change_of_any_layer_counts_as_if_all_were_run(name: str) -> None:
    layers, images = uneven_layers(), some_images()
    wanted = probabilities(logits(UNEVEN, layers, images))
    judge = Judge(UNEVEN.depth, layers, images, wanted)
    changed = {name: Layer(0.7 * layers[name].kernels, layers[name].bias + 0.1)}
    expected = Divergence(wanted.numpy()).of(logits(UNEVEN, layers | changed, images).numpy())
    assert expected > 1e-6
    assert judge.loss_with(changed) == pytest.approx(expected, rel=1e-5)
    assert judge.loss == pytest.approx(0.0, abs=1e-6)
