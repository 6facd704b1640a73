"""Filters whose removal provably changes nothing: dead ones, unread ones, constants, and copies of others.

What is proved is proved for every image in 0..1, of any size, up to its border: bounds are carried through the network
layer by layer, and the zeros that pad a convolution's input are among the values they allow for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import torch
from torch import Tensor

from LVSegULib.network.by_layer import Layer, Layers, has_relu
from LVSegULib.network.config import UNetConfig
from LVSegULib.pruning.state import State
from LVSegULib.pruning.structure import filters_of
from LVSegULib.pruning.surgery import filter_axis, reader_channels

ROUNDING = 1e-6
"""Numbers that differ by this share of their size count as equal."""


def without_superfluous(state: State) -> tuple[State, dict[str, int]]:
    """Remove every filter that provably changes nothing, until there is none; every layer keeps at least one.

    Returns:
        What is left, and how many filters went for each reason: "dead", "unread", "constant", "copy".
    """
    reasons: dict[str, int] = {}
    while (found := _first_superfluous(state)) is not None:
        reason, name, removed, changed = found
        state = dataclasses.replace(state, layers=state.layers | changed).without({name: removed})
        reasons[reason] = reasons.get(reason, 0) + len(removed)
    return state, reasons


_Found = tuple[str, str, list[int], Layers]
"""Reason, layer, its superfluous filters, and the readers as they must be so that nothing changes."""


def _first_superfluous(now: State) -> _Found | None:
    low, high = output_bounds(now.config, now.layers)
    for name, count in filters_of(now.config).items():
        if count == 1:
            continue
        for reason, look in _REASONS.items():
            if (found := look(now, name, low[name], high[name])) is not None:
                removed, changed = found
                return reason, name, removed[: count - 1], changed
    return None


def _dead(_now: State, _name: str, low: Tensor, high: Tensor) -> tuple[list[int], Layers] | None:
    found = ((low == 0) & (high == 0)).nonzero()[:, 0].tolist()
    return (found, {}) if found else None


def _unread(now: State, name: str, _low: Tensor, _high: Tensor) -> tuple[list[int], Layers] | None:
    is_read = torch.zeros(filters_of(now.config)[name], dtype=torch.bool)
    for reader, channels in reader_channels(now.config, name):
        is_read |= _by_channel(reader.layer, now.layers[reader.layer])[list(channels)].flatten(1).any(1)
    found = (~is_read).nonzero()[:, 0].tolist()
    return (found, {}) if found else None


def _constant(now: State, name: str, low: Tensor, high: Tensor) -> tuple[list[int], Layers] | None:
    """A filter that gives the same everywhere moves into the bias of its reader, unless that pads its input."""
    readers = reader_channels(now.config, name)
    found = (low == high).nonzero()[:, 0].tolist()
    if not found or any(has_relu(reader.layer) for reader, _ in readers):
        return None
    chosen, changed = found[0], {}
    for reader, channels in readers:
        layer = now.layers[reader.layer]
        per_pixel = _by_channel(reader.layer, layer)[channels[chosen]].flatten(1)
        if bool((per_pixel != per_pixel[:, :1]).any()):
            return None  # an up-sampling whose four pixels would need biases of their own
        changed[reader.layer] = Layer(layer.kernels, layer.bias + low[chosen].float() * per_pixel[:, 0])
    return [chosen], changed


def _copy(now: State, name: str, _low: Tensor, _high: Tensor) -> tuple[list[int], Layers] | None:
    """A positive multiple of another filter (any multiple, where no ReLU follows) is added to the other's readers."""
    layer = now.layers[name]
    own = torch.cat([_by_filter(name, layer).flatten(1), layer.bias[:, None]], 1).double()
    for first in range(len(own)):
        norm = own[first] @ own[first]
        for second in range(first + 1, len(own)):
            factor = float(own[second] @ own[first] / norm) if float(norm) > 0 else 0.0
            size = float(own[second].norm())
            is_same = torch.allclose(own[second], factor * own[first], rtol=ROUNDING, atol=ROUNDING * size)
            if is_same and factor != 0 and (factor > 0 or not has_relu(name)):
                return [second], _joined(now, name, first, second, factor)
    return None


def _joined(now: State, name: str, first: int, second: int, factor: float) -> Layers:
    changed: Layers = {}
    for reader, channels in reader_channels(now.config, name):
        layer = now.layers[reader.layer]
        kernels = layer.kernels.double()
        axis = 1 - filter_axis(reader.layer)
        kernels.select(axis, channels[first]).add_(kernels.select(axis, channels[second]), alpha=factor)
        changed[reader.layer] = Layer(kernels.float(), layer.bias)
    return changed


_REASONS: dict[str, Callable[[State, str, Tensor, Tensor], tuple[list[int], Layers] | None]] = {
    "dead": _dead,
    "unread": _unread,
    "constant": _constant,
    "copy": _copy,
}


def output_bounds(config: UNetConfig, layers: Layers) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The least and the greatest value that each filter of each layer can have for an image in 0..1, float64."""
    low: dict[str, Tensor] = {}
    high: dict[str, Tensor] = {}
    sources = _sources(config)
    for name, layer in layers.items():
        if name == "head":
            continue
        below = torch.cat([low.get(one, torch.zeros(config.input_channels)).double() for one in sources[name]])
        above = torch.cat([high.get(one, torch.ones(config.input_channels)).double() for one in sources[name]])
        low[name], high[name] = _bounds(name, layer, below, above)
    return low, high


def _bounds(name: str, layer: Layer, below: Tensor, above: Tensor) -> tuple[Tensor, Tensor]:
    kernels = _by_filter(name, layer).double().flatten(2)
    if has_relu(name):  # the zeros that pad the input
        below, above = below.clamp(max=0), above.clamp(min=0)
    one, other = kernels * below[:, None], kernels * above[:, None]
    least, greatest = torch.minimum(one, other), torch.maximum(one, other)
    bias = layer.bias.double()
    if has_relu(name):
        low, high = least.sum((1, 2)) + bias, greatest.sum((1, 2)) + bias
        slack = ROUNDING * (torch.maximum(least.abs(), greatest.abs()).sum((1, 2)))
        return (low - slack).clamp(min=0), (high + slack).clamp(min=0)
    per_pixel_low, per_pixel_high = least.sum(1) + bias[:, None], greatest.sum(1) + bias[:, None]
    return per_pixel_low.amin(1), per_pixel_high.amax(1)


def _sources(config: UNetConfig) -> dict[str, list[str]]:
    """The layers that give each layer its input channels, in their order; "image" is the image."""
    sources = {"encoder.0.0": ["image"]}
    places: dict[str, list[tuple[int, str]]] = {}
    for name in filters_of(config):
        for reader, _ in reader_channels(config, name):
            places.setdefault(reader.layer, []).append((reader.first_channel, name))
    return sources | {reader: [name for _, name in sorted(found)] for reader, found in places.items()}


def _by_filter(name: str, layer: Layer) -> Tensor:
    """Kernels (filters, channels, rows, columns)."""
    return layer.kernels if filter_axis(name) == 0 else layer.kernels.transpose(0, 1)


def _by_channel(name: str, layer: Layer) -> Tensor:
    """Kernels (channels, filters, rows, columns)."""
    return layer.kernels.transpose(0, 1) if filter_axis(name) == 0 else layer.kernels
