"""Filters by name: "encoder.0.1:3" is the filter 3 of the second convolution of the finest level, counted from 0."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from LVSegULib.errors import UsageError
from LVSegULib.network.config import UNetConfig, layer_costs
from LVSegULib.pruning.structure import filters_of


@dataclass(frozen=True, order=True)
class Filter:
    """One filter: its layer's name and its place there, from 0."""

    layer: str
    index: int

    def __str__(self) -> str:
        """The filter as it is written on the command line."""
        return f"{self.layer}:{self.index}"


def filter_named(text: str) -> Filter:
    """The filter of a text such as "encoder.0.1:3".

    Raises:
        UsageError: it is not such a text.
    """
    layer, colon, index = text.rpartition(":")
    if not colon or not index.isdecimal():
        raise UsageError(f'"{text}" names no filter: write LAYER:NUMBER, as in encoder.0.1:3')
    return Filter(layer, int(index))


def layers_of(config: UNetConfig) -> dict[str, int]:
    """The filter count of every layer, the head too, in the order in which they run."""
    return {layer.name: layer.filters for layer in layer_costs(config)}


def removable_filters(config: UNetConfig) -> tuple[Filter, ...]:
    """Every filter that can be turned off, layer by layer; the head's outputs are the result itself."""
    return tuple(Filter(layer, index) for layer, count in filters_of(config).items() for index in range(count))


def check_layers(config: UNetConfig, layers: Sequence[str]) -> None:
    """Refuse a layer that the network does not have.

    Raises:
        UsageError: there is none of that name.
    """
    known = layers_of(config)
    for layer in layers:
        if layer not in known:
            raise UsageError(f'the network has no layer "{layer}": it has {", ".join(known)}')


def check_filters(config: UNetConfig, filters: Collection[Filter]) -> None:
    """Refuse a filter that the network does not have, or that cannot be turned off.

    Raises:
        UsageError: there is no such filter, or it is an output of the network.
    """
    counts = filters_of(config)
    for one in filters:
        check_layers(config, [one.layer])
        if one.layer not in counts:
            raise UsageError(f"{one} is an output of the network: choose a filter of a layer before the head")
        if not 0 <= one.index < counts[one.layer]:
            raise UsageError(f"{one} does not exist: {one.layer} has the filters 0 to {counts[one.layer] - 1}")
