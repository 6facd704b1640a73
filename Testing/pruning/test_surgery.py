"""Taking filters out leaves the network that never had them."""

from __future__ import annotations

import pytest
import torch

from LVSegULib.engines.pytorch import load_network
from LVSegULib.network.by_layer import Layer, Layers
from LVSegULib.network.config import UNetConfig, count_parameters
from LVSegULib.pruning.structure import filters_of
from LVSegULib.pruning.surgery import filter_axis, reader_channels, to_weights, without_filters
from Testing.pruning.networks import UNEVEN, logits, some_images, uneven_layers


def silenced(layers: Layers, name: str, filters: list[int]) -> Layers:
    """The same network with the filters giving zero everywhere."""
    kernels, bias = layers[name].kernels.clone(), layers[name].bias.clone()
    kernels.index_fill_(filter_axis(name), torch.tensor(filters), 0.0)
    bias[filters] = 0.0
    return layers | {name: Layer(kernels, bias)}


@pytest.mark.parametrize("name", list(filters_of(UNEVEN)))
def test_a_network_without_a_filter_gives_what_the_network_gives_with_the_filter_silenced(name: str) -> None:
    layers = uneven_layers()
    filters = [0] if filters_of(UNEVEN)[name] == 2 else [0, 2]
    config, smaller = without_filters(UNEVEN, layers, {name: filters})
    expected = logits(UNEVEN, silenced(layers, name, filters), some_images())
    torch.testing.assert_close(logits(config, smaller, some_images()), expected, rtol=1e-5, atol=1e-5)


def test_filters_of_several_layers_go_at_once() -> None:
    layers = uneven_layers()
    removed = {"encoder.0.1": [1, 4], "upsample.1": [0], "encoder.1.1": [3], "decoder.0.1": [2]}
    expected_layers = layers
    for name, filters in removed.items():
        expected_layers = silenced(expected_layers, name, filters)
    config, smaller = without_filters(UNEVEN, layers, removed)
    expected = logits(UNEVEN, expected_layers, some_images())
    torch.testing.assert_close(logits(config, smaller, some_images()), expected, rtol=1e-5, atol=1e-5)
    assert config.encoder == ((3, 3), (7, 3), (6, 9))
    assert config.decoder == ((5, 8, 2), (1, 6, 4))


def test_the_tensors_are_as_small_as_the_configuration_says() -> None:
    config, smaller = without_filters(UNEVEN, uneven_layers(), {"encoder.2.0": [1, 2, 5]})
    numbers = sum(layer.kernels.numel() + layer.bias.numel() for layer in smaller.values())
    gains_of_batch_norm = sum(n for name, n in filters_of(config).items() if not name.startswith("upsample"))
    assert numbers + gains_of_batch_norm == count_parameters(config)


def test_the_network_that_is_given_stays_as_it_is() -> None:
    layers = uneven_layers()
    before = {name: layer.kernels.clone() for name, layer in layers.items()}
    _, smaller = without_filters(UNEVEN, layers, {"encoder.0.0": [0]})
    for layer in smaller.values():
        layer.kernels.zero_()
    for name, layer in layers.items():
        torch.testing.assert_close(layer.kernels, before[name], rtol=0, atol=0)


def test_layers_become_weights_of_the_pytorch_network() -> None:
    layers = uneven_layers()
    with torch.no_grad():
        found = load_network(UNEVEN, to_weights(layers))(some_images())
    torch.testing.assert_close(found, logits(UNEVEN, layers, some_images()), rtol=1e-5, atol=1e-5)


def test_a_skip_connections_filter_is_read_by_the_next_level_and_by_the_decoder() -> None:
    classic = UNetConfig.from_base(64)
    found = {reader.layer: channels for reader, channels in reader_channels(classic, "encoder.1.1")}
    assert found == {"encoder.2.0": range(128), "decoder.2.0": range(128)}
    found = {reader.layer: channels for reader, channels in reader_channels(classic, "upsample.2")}
    assert found == {"decoder.2.0": range(128, 256)}
