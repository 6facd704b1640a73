"""Who reads a filter: which layers lose input channels when a filter goes."""

from __future__ import annotations

from dataclasses import dataclass

from LVSegULib.network.config import UNetConfig, layer_costs


@dataclass(frozen=True)
class Reader:
    """A layer that takes a layer's filters as its input channels, from `first_channel` on."""

    layer: str
    first_channel: int


def readers(config: UNetConfig) -> dict[str, tuple[Reader, ...]]:
    """The readers of each layer whose filters can be removed, in the order in which the layers run.

    A filter of an encoder level's second convolution has two: the next level, and through the skip connection the
    decoder, whose input is first the skip connection's channels and then the up-sampling's.
    """
    found: dict[str, tuple[Reader, ...]] = {}
    for level in range(config.depth + 1):
        found[f"encoder.{level}.0"] = (Reader(f"encoder.{level}.1", 0),)
        if level < config.depth:
            below, across = Reader(f"encoder.{level + 1}.0", 0), Reader(f"decoder.{config.depth - 1 - level}.0", 0)
            found[f"encoder.{level}.1"] = (below, across)
        else:
            found[f"encoder.{level}.1"] = (Reader("upsample.0", 0),)
    for step in range(config.depth):
        skipped = config.encoder[config.depth - 1 - step][1]
        is_last = step == config.depth - 1
        found[f"upsample.{step}"] = (Reader(f"decoder.{step}.0", skipped),)
        found[f"decoder.{step}.0"] = (Reader(f"decoder.{step}.1", 0),)
        found[f"decoder.{step}.1"] = (Reader("head" if is_last else f"upsample.{step + 1}", 0),)
    return found


def filters_of(config: UNetConfig) -> dict[str, int]:
    """The filter count of each layer whose filters can be removed, in the order in which the layers run."""
    return {layer.name: layer.filters for layer in layer_costs(config) if layer.name != "head"}


def with_filters(config: UNetConfig, counts: dict[str, int]) -> UNetConfig:
    """`config` with other filter counts, by the names of `filters_of`."""
    return UNetConfig(
        encoder=tuple(
            (counts[f"encoder.{level}.0"], counts[f"encoder.{level}.1"]) for level in range(len(config.encoder))
        ),
        decoder=tuple(
            (counts[f"upsample.{step}"], counts[f"decoder.{step}.0"], counts[f"decoder.{step}.1"])
            for step in range(config.depth)
        ),
        input_channels=config.input_channels,
        output_channels=config.output_channels,
    )
