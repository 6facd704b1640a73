"""Parameters and multiply-adds of a U-Net follow from its filter counts."""

from __future__ import annotations

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.network.config import (
    CLASSIC_PARAMETERS,
    UNetConfig,
    count_parameters,
    layer_costs,
    level_of,
    share_of_classic,
)


def test_the_classic_u_net_has_its_published_number_of_parameters() -> None:
    assert count_parameters(UNetConfig.from_base(64)) == CLASSIC_PARAMETERS == 31_036_481


@pytest.mark.parametrize(("base", "parameters"), [(8, 486_409), (4, 122_021)])
def test_lightweight_u_nets_have_the_numbers_named_in_the_design(base: int, parameters: int) -> None:
    assert count_parameters(UNetConfig.from_base(base)) == parameters


def test_share_of_the_classic_u_net() -> None:
    assert share_of_classic(UNetConfig.from_base(4)) == pytest.approx(122_021 / 31_036_481)


def test_costs_of_a_network_small_enough_to_count_by_hand() -> None:
    config = UNetConfig(encoder=((2, 3), (4, 5)), decoder=((6, 7, 8),))
    costs = {layer.name: (layer.parameters, layer.multiply_adds_per_pixel) for layer in layer_costs(config)}
    assert costs == {
        "encoder.0.0": (9 * 1 * 2 + 2 * 2, 9 * 1 * 2),
        "encoder.0.1": (9 * 2 * 3 + 2 * 3, 9 * 2 * 3),
        "encoder.1.0": (9 * 3 * 4 + 2 * 4, 9 * 3 * 4 / 4),  # a quarter of the pixels
        "encoder.1.1": (9 * 4 * 5 + 2 * 5, 9 * 4 * 5 / 4),
        "upsample.0": (4 * 5 * 6 + 6, 4 * 5 * 6 / 4),  # each coarse pixel makes four fine ones
        "decoder.0.0": (9 * (3 + 6) * 7 + 2 * 7, 9 * (3 + 6) * 7),
        "decoder.0.1": (9 * 7 * 8 + 2 * 8, 9 * 7 * 8),
        "head": (8 * 1 + 1, 8 * 1),
    }


def test_configuration_survives_json() -> None:
    config = UNetConfig(encoder=((2, 3), (4, 5)), decoder=((6, 7, 8),), output_channels=3)
    assert UNetConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize(
    ("encoder", "decoder"),
    [
        (((4, 4),), ()),
        (((4, 4), (8, 8)), ()),
        (((4, 4), (8, 0)), ((4, 4, 4),)),
        (((4, 4, 4), (8, 8)), ((4, 4, 4),)),
        (((4, 4), (8,)), ((4, 4, 4),)),
        (((4, 4), (8, 8)), ((4, 4),)),
    ],
    ids=["one level", "no decoder", "a layer without filters", "a third convolution", "one convolution", "none up"],
)
def test_an_impossible_shape_is_refused(encoder: tuple[tuple[int, int], ...], decoder: tuple[()]) -> None:
    with pytest.raises(UsageError):
        UNetConfig(encoder=encoder, decoder=decoder)
    values = {"encoder": encoder, "decoder": decoder, "input_channels": 1, "output_channels": 1}
    with pytest.raises(UsageError):
        UNetConfig.from_json(values)


def test_every_layers_output_lies_at_its_level() -> None:
    names = ("encoder.0.1", "encoder.2.0", "upsample.0", "decoder.0.1", "upsample.1", "decoder.1.0", "head")
    assert [level_of(name, 2) for name in names] == [0, 2, 1, 1, 0, 0, 0]
