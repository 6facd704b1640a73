"""Each rival keeps what it says it keeps, and no more parameters than it was given."""

from __future__ import annotations

import pytest
import torch

from LVSegULib.comparison.rivals import by_batch_norm_scale, by_chance, by_l1_norm, uncompensated, uniform
from LVSegULib.modelfolder.weights import Weights
from LVSegULib.network.by_layer import Layer
from LVSegULib.network.config import UNetConfig, count_parameters
from LVSegULib.pruning.mixing import Mixing
from LVSegULib.pruning.state import State
from LVSegULib.pruning.structure import filters_of, with_filters
from LVSegULib.pruning.surgery import to_weights
from Testing.pruning.networks import UNEVEN, logits, some_images, uneven_layers

WHOLE = count_parameters(UNEVEN)


def whole() -> State:
    return State.whole(UNEVEN, uneven_layers())


def with_scales(scales: dict[str, list[float]]) -> Weights:
    weights = to_weights(uneven_layers())
    for name, values in scales.items():
        weights[name][:] = torch.tensor(values).numpy()
    return weights


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2])
def test_no_rival_has_more_parameters_than_it_was_given(share: float) -> None:
    given = round(share * WHOLE)
    weights = to_weights(uneven_layers())
    for name in list(weights):
        if name.endswith(".weight") and weights[name].ndim == 1:
            weights[name] = weights[name] * torch.rand(len(weights[name])).numpy()
    for state in (
        by_l1_norm(whole(), given),
        by_chance(whole(), given, 1),
        by_batch_norm_scale(whole(), weights, given),
    ):
        assert count_parameters(state.config) <= given
        assert count_parameters(state.config) > 0.5 * given


def test_the_uniform_share_is_the_largest_that_fits() -> None:
    counts = uniform(UNEVEN, WHOLE // 2)
    assert all(1 <= counts[name] <= n for name, n in filters_of(UNEVEN).items())
    assert count_parameters(with_filters(UNEVEN, counts)) <= WHOLE // 2
    assert uniform(UNEVEN, WHOLE) == filters_of(UNEVEN)
    assert set(uniform(UNEVEN, 1).values()) == {1}


def test_l1_norm_keeps_the_largest_kernels() -> None:
    layers = uneven_layers()
    kernels = layers["encoder.1.0"].kernels.clone()
    kernels[[1, 4]] *= 100
    state = by_l1_norm(State.whole(UNEVEN, layers | {"encoder.1.0": Layer(kernels, layers["encoder.1.0"].bias)}), 900)
    assert {1, 4} <= set(state.alive["encoder.1.0"].tolist())


def test_batch_norm_scale_looks_at_the_whole_network() -> None:
    weights = with_scales({"encoder.2.1.weight": [0.1] * 6, "encoder.1.4.weight": [3.0, 2.0, 3.0, 3.0]})
    state = by_batch_norm_scale(whole(), weights, round(0.8 * WHOLE))
    assert len(state.alive["encoder.2.0"]) == 1
    assert len(state.alive["encoder.1.1"]) == 4


def test_chance_follows_its_seed() -> None:
    one, again, other = (by_chance(whole(), WHOLE // 2, seed).alive for seed in (1, 1, 2))
    assert all(one[name].tolist() == again[name].tolist() for name in one)
    assert any(one[name].tolist() != other[name].tolist() for name in one)


def test_without_compensation_the_unpruned_kernels_stay() -> None:
    start = whole()
    chosen = start.without({"encoder.1.0": [2], "decoder.0.1": [0]})
    changed = State(
        chosen.config,
        {name: Layer(2 * layer.kernels, layer.bias) for name, layer in chosen.layers.items()},
        chosen.alive,
        chosen.mixes,
    )
    found, images = uncompensated(start, changed), some_images()
    expected = logits(chosen.config, chosen.layers, images)
    torch.testing.assert_close(logits(found.config, found.layers, images), expected, rtol=1e-4, atol=1e-4)


def test_mixtures_without_compensation_are_the_nearest_of_their_kind() -> None:
    start = whole()
    count = filters_of(UNEVEN)["upsample.0"]
    turned = torch.linalg.qr(torch.randn(count, count, dtype=torch.float64)).Q
    found = uncompensated(start, start.mixed("upsample.0", Mixing(turned, turned.T)))
    images = some_images()
    expected = logits(UNEVEN, start.layers, images)
    torch.testing.assert_close(logits(found.config, found.layers, images), expected, rtol=1e-4, atol=1e-4)


def test_a_network_of_one_filter_a_layer_is_the_least() -> None:
    least = UNetConfig.from_levels((1, 1, 1), output_channels=2)
    assert count_parameters(by_l1_norm(whole(), 1).config) == count_parameters(least)
