"""Superfluous filters are found, all of them, and their removal changes nothing up to the image's border."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from LVSegULib.network.by_layer import Layer, Layers, run_layer
from LVSegULib.pruning.exact import output_bounds, without_superfluous
from LVSegULib.pruning.state import State
from LVSegULib.pruning.structure import filters_of
from LVSegULib.pruning.surgery import filter_axis, reader_channels
from Testing.pruning.networks import UNEVEN, logits, some_images, uneven_layers


def planted(layers: Layers, name: str, index: int, kernels: Tensor | float, bias: float) -> Layers:
    """The network with the kernels and the bias of one filter replaced."""
    changed = layers[name].kernels.clone()
    changed.select(filter_axis(name), index).copy_(torch.as_tensor(kernels))
    biases = layers[name].bias.clone()
    biases[index] = bias
    return layers | {name: Layer(changed, biases)}


def assert_nothing_changed(layers: Layers, expected_counts: dict[str, int]) -> None:
    found, _ = without_superfluous(State.whole(UNEVEN, layers))
    assert filters_of(found.config) == filters_of(UNEVEN) | expected_counts
    images = torch.cat([some_images(), torch.zeros(1, 1, 24, 20), torch.ones(1, 1, 24, 20)])
    expected, got = logits(UNEVEN, layers, images), logits(found.config, found.layers, images)
    scale = float(expected.abs().max())
    assert float((got - expected).abs().max()) <= 1e-5 * max(1.0, scale)
    assert bool(((got > 0) == (expected > 0)).all())


def test_a_network_without_superfluous_filters_stays_as_it_is() -> None:
    assert_nothing_changed(uneven_layers(), {})


@pytest.mark.parametrize("name", [name for name in filters_of(UNEVEN) if not name.startswith("upsample")])
def test_a_filter_that_batch_norm_has_switched_off_goes(name: str) -> None:
    assert_nothing_changed(planted(uneven_layers(), name, 1, 0.0, -0.2), {name: filters_of(UNEVEN)[name] - 1})


def test_a_filter_whose_bias_no_image_can_lift_goes() -> None:
    layers = uneven_layers()
    kernels = layers["encoder.0.0"].kernels[1]
    most = float(kernels.clamp(min=0).sum())  # reached by an image that is 1 where the kernel is positive
    assert_nothing_changed(planted(layers, "encoder.0.0", 1, kernels, -1.01 * most), {"encoder.0.0": 2})
    assert_nothing_changed(planted(layers, "encoder.0.0", 1, kernels, -0.99 * most), {})


def test_a_filter_that_rounding_may_lift_stays() -> None:
    """Its bias is below what lifts it by half of `ROUNDING` only."""
    layers = uneven_layers()
    kernels = layers["encoder.0.0"].kernels[1]
    most = float(kernels.clamp(min=0).double().sum())
    found, reasons = without_superfluous(
        State.whole(UNEVEN, planted(layers, "encoder.0.0", 1, kernels, -(1 + 5e-7) * most))
    )
    assert (filters_of(found.config)["encoder.0.0"], reasons) == (3, {})


@pytest.mark.parametrize(
    ("constant", "reader", "bias", "weight"),
    [("encoder.0.0", "encoder.0.1", 0.7, -2.0), ("upsample.0", "decoder.0.0", -0.7, 2.0)],
)
def test_a_filter_that_only_the_padding_brings_to_life_stays(
    constant: str, reader: str, bias: float, weight: float
) -> None:
    """It is 1 - 2 * 0.7 < 0, but 1 along the border, where what it looks at in the corner of its kernel is padding."""
    layers = planted(uneven_layers(), constant, 1, 0.0, bias)
    ((_, channels),) = reader_channels(UNEVEN, constant)
    corner_only = torch.zeros_like(layers[reader].kernels[1])
    corner_only[channels[1], 0, 0] = weight
    assert_nothing_changed(planted(layers, reader, 1, corner_only, 1.0), {})


def test_the_bounds_of_an_up_sampling_are_the_furthest_of_its_four_pixels() -> None:
    layers = uneven_layers()
    low, high = output_bounds(UNEVEN, layers)
    kernels, biases = layers["upsample.0"].kernels.double(), layers["upsample.0"].bias.double()
    below, above = low["encoder.2.1"], high["encoder.2.1"]
    for index in range(kernels.shape[1]):
        least, most = [], []
        for row in (0, 1):
            for column in (0, 1):
                ends = [
                    sorted((float(k * a), float(k * b)))
                    for k, a, b in zip(kernels[:, index, row, column], below, above, strict=True)
                ]
                least.append(sum(end[0] for end in ends) + float(biases[index]))
                most.append(sum(end[1] for end in ends) + float(biases[index]))
        assert float(low["upsample.0"][index]) == pytest.approx(min(least))
        assert float(high["upsample.0"][index]) == pytest.approx(max(most))


def test_a_copy_of_a_faint_filter_is_a_copy() -> None:
    layers = uneven_layers()
    kernels, bias = 1e-3 * layers["encoder.1.0"].kernels[0], 1e-3 * float(layers["encoder.1.0"].bias[0])
    faint = planted(layers, "encoder.1.0", 0, kernels, bias)
    assert_nothing_changed(planted(faint, "encoder.1.0", 2, kernels, bias), {"encoder.1.0": 6})
    assert_nothing_changed(planted(faint, "encoder.1.0", 2, kernels, 1.01 * bias + 1e-4), {})


def test_a_faint_filter_is_no_copy_of_another() -> None:
    """Its reader takes it ten million times as much, so that the network is the same as before."""
    layers = uneven_layers()
    kernels, bias = 1e-7 * layers["encoder.1.0"].kernels[2], 1e-7 * float(layers["encoder.1.0"].bias[2])
    reader = layers["encoder.1.1"].kernels.clone()
    reader[:, 2] *= 1e7
    faint = planted(layers, "encoder.1.0", 2, kernels, bias)
    assert_nothing_changed(faint | {"encoder.1.1": Layer(reader, layers["encoder.1.1"].bias)}, {})


def test_a_filter_that_nobody_reads_goes() -> None:
    layers = uneven_layers()
    for reader, channels in reader_channels(UNEVEN, "encoder.0.1"):
        kernels = layers[reader.layer].kernels.clone()
        kernels[:, channels[2]] = 0.0
        layers |= {reader.layer: Layer(kernels, layers[reader.layer].bias)}
    assert_nothing_changed(layers, {"encoder.0.1": 4})


def test_a_filter_that_only_the_skip_connection_reads_stays() -> None:
    layers = uneven_layers()
    kernels = layers["encoder.1.0"].kernels.clone()
    kernels[:, 2] = 0.0
    assert_nothing_changed(layers | {"encoder.1.0": Layer(kernels, layers["encoder.1.0"].bias)}, {})


@pytest.mark.parametrize("name", ["encoder.0.0", "encoder.0.1", "encoder.2.1", "upsample.0", "decoder.1.1"])
@pytest.mark.parametrize("factor", [1.0, 0.4])
def test_a_copy_is_added_to_what_it_copies(name: str, factor: float) -> None:
    layers = uneven_layers()
    kernels = layers[name].kernels.select(filter_axis(name), 0)
    copied = planted(layers, name, 2, factor * kernels, factor * float(layers[name].bias[0]))
    assert_nothing_changed(copied, {name: filters_of(UNEVEN)[name] - 1})


def test_a_negative_multiple_is_no_copy_where_a_relu_follows() -> None:
    layers = uneven_layers()
    mirrored = planted(
        layers, "encoder.1.0", 2, -layers["encoder.1.0"].kernels[0], -float(layers["encoder.1.0"].bias[0])
    )
    assert_nothing_changed(mirrored, {})
    kernels = layers["upsample.0"].kernels[:, 0]
    assert_nothing_changed(
        planted(layers, "upsample.0", 2, -kernels, -float(layers["upsample.0"].bias[0])), {"upsample.0": 4}
    )


def test_a_constant_filter_goes_where_its_reader_pads_nothing() -> None:
    assert_nothing_changed(planted(uneven_layers(), "decoder.1.1", 1, 0.0, 0.7), {"decoder.1.1": 3})


def test_a_constant_filter_stays_where_its_reader_would_see_the_padding() -> None:
    assert_nothing_changed(planted(uneven_layers(), "encoder.0.0", 1, 0.0, 0.7), {})


def test_what_dies_with_another_filter_goes_too() -> None:
    layers = planted(uneven_layers(), "encoder.1.0", 1, 0.0, -1.0)
    only_that_one = torch.zeros(7, 3, 3)
    only_that_one[1] = 1.0
    layers = planted(layers, "encoder.1.1", 2, only_that_one, 0.0)
    assert_nothing_changed(layers, {"encoder.1.0": 6, "encoder.1.1": 3})


def test_it_is_known_which_filters_are_left() -> None:
    layers = planted(planted(uneven_layers(), "encoder.1.0", 1, 0.0, -1.0), "encoder.1.0", 4, 0.0, -1.0)
    found, reasons = without_superfluous(State.whole(UNEVEN, layers))
    assert found.alive["encoder.1.0"].tolist() == [0, 2, 3, 5, 6]
    assert reasons == {"dead": 2}


def test_a_layer_keeps_one_filter_even_if_all_are_dead() -> None:
    layers = uneven_layers()
    dead = Layer(torch.zeros_like(layers["decoder.1.0"].kernels), torch.full((6,), -1.0))
    found, reasons = without_superfluous(State.whole(UNEVEN, layers | {"decoder.1.0": dead}))
    assert filters_of(found.config)["decoder.1.0"] == 1
    assert reasons["dead"] >= 5


def test_the_bounds_hold_for_every_pixel_of_real_outputs_and_are_reached_in_the_first_layer() -> None:
    layers = uneven_layers()
    low, high = output_bounds(UNEVEN, layers)
    seen: dict[str, Tensor] = {}

    def layer(name: str, x: Tensor) -> Tensor:
        y = run_layer(name, layers[name], x)
        seen[name] = y.relu() if not name.startswith(("upsample", "head")) else y
        return seen[name]

    from LVSegULib.network.by_layer import run_by_layer

    best = (layers["encoder.0.0"].kernels[1, 0] > 0).float()
    image = torch.zeros(1, 1, 24, 20)
    image[0, 0, 9:12, 9:12] = best
    with torch.no_grad():
        run_by_layer(UNEVEN.depth, torch.cat([some_images(), image]), layer)
    for name in low:
        values = seen[name].double()
        assert bool((values.amin((0, 2, 3)) >= low[name] - 1e-4).all()), name
        assert bool((values.amax((0, 2, 3)) <= high[name] + 1e-4).all()), name
    assert float(seen["encoder.0.0"][-1, 1].max()) == pytest.approx(float(high["encoder.0.0"][1]), rel=1e-5)
