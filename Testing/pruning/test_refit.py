"""Refitting brings a network back to what the unpruned one gives."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from LVSegULib.network.by_layer import Layer, Layers
from LVSegULib.pruning.calibration import Calibration, calibrate
from LVSegULib.pruning.refit import refit, refit_at_last
from LVSegULib.pruning.state import State
from LVSegULib.pruning.surgery import reader_channels
from Testing.pruning.networks import UNEVEN, logits, some_images, uneven_layers


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return calibrate(UNEVEN.depth, uneven_layers(), some_images(8))


def disturbed(layers: Layers) -> Layers:
    """Every kernel and bias a tenth off."""
    random = torch.Generator().manual_seed(2)

    def off(values: Tensor) -> Tensor:
        return values * (1 + 0.1 * torch.randn(values.shape, generator=random))

    return {name: Layer(off(layer.kernels), off(layer.bias)) for name, layer in layers.items()}


def error(layers: Layers, images: Tensor) -> float:
    """How far the logits are from those of the unpruned network, on average."""
    return float((logits(UNEVEN, layers, images) - logits(UNEVEN, uneven_layers(), images)).abs().mean())


def test_a_disturbed_network_is_brought_back(calibration: Calibration) -> None:
    state = State.whole(UNEVEN, disturbed(uneven_layers()))
    found, moments = refit(state, calibration, ridge=1e-6, rounds=4)
    assert found.layers.keys() == moments.keys() == state.layers.keys()
    others = torch.rand(3, 1, 24, 20, generator=torch.Generator().manual_seed(7))
    assert error(found.layers, others) < 0.02 * error(state.layers, others)
    again = refit_at_last(state, calibration, ridge=1e-6)
    assert error(again.layers, others) < 0.02 * error(state.layers, others)


def test_a_network_that_is_right_stays_as_it_is(calibration: Calibration) -> None:
    layers = uneven_layers()
    found, _ = refit(State.whole(UNEVEN, layers), calibration, ridge=1e-6, rounds=4)
    for name, layer in found.layers.items():
        torch.testing.assert_close(layer.kernels, layers[name].kernels, rtol=1e-2, atol=1e-2)


def test_the_filters_that_are_left_are_fitted_to_what_they_gave_before() -> None:
    """Of a network in which nobody reads a filter, that one is taken out."""
    layers = uneven_layers()
    for reader, channels in reader_channels(UNEVEN, "encoder.0.1"):
        kernels = layers[reader.layer].kernels.clone()
        kernels[:, channels[1]] = 0.0
        layers |= {reader.layer: Layer(kernels, layers[reader.layer].bias)}
    calibration = calibrate(UNEVEN.depth, layers, some_images(8))
    state = State.whole(UNEVEN, disturbed(layers)).without({"encoder.0.1": [1]})
    found, _ = refit(state, calibration, ridge=1e-6, rounds=4)
    images = some_images(8)
    expected = logits(UNEVEN, layers, images)
    before, after = (float((logits(one.config, one.layers, images) - expected).abs().mean()) for one in (state, found))
    assert after < 0.02 * before


def test_a_strong_pull_keeps_the_kernels_as_they_are(calibration: Calibration) -> None:
    state = State.whole(UNEVEN, disturbed(uneven_layers()))
    found, _ = refit(state, calibration, ridge=1e6, rounds=1)
    kept = {name: layer for name, layer in found.layers.items() if name.startswith(("upsample", "head"))}
    for name, layer in kept.items():
        torch.testing.assert_close(layer.kernels, state.layers[name].kernels, rtol=1e-3, atol=1e-3)


def test_allowing_for_the_relu_comes_nearer(calibration: Calibration) -> None:
    """Where filters are missing, what a ReLU takes away need not be fitted, so that the rest is fitted better."""
    state = State.whole(UNEVEN, uneven_layers()).without({"encoder.1.0": [1, 3], "encoder.0.1": [2]})
    images = some_images(8)
    expected = logits(UNEVEN, uneven_layers(), images)
    plain, rectified = (refit(state, calibration, ridge=1e-3, rounds=rounds)[0] for rounds in (0, 4))
    errors = [
        float((logits(one.config, one.layers, images) - expected).abs().mean()) for one in (state, plain, rectified)
    ]
    assert errors == sorted(errors, reverse=True) and errors[2] < errors[1]
