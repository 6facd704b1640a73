"""The shape of a U-Net as plain numbers: filters of every layer, parameters and multiply-adds, without PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from LVSegULib.errors import UsageError

CLASSIC_PARAMETERS = 31_036_481
"""Parameters of the classic U-Net: 64 base filters, depth 4, batch norm, one channel in and one out."""

MOST_LEVELS = 12
"""Of a network's encoder, the bottleneck among them; 12 bring 2,048 pixels down to one."""

_PARTS = ("encoder", "decoder")


@dataclass(frozen=True)
class UNetConfig:
    """Filter counts of a U-Net, layer by layer, so that a pruned network is the same thing with smaller counts.

    Attributes:
        encoder: filters of the two convolutions of each level, finest first; the last level is the bottleneck.
        decoder: filters of the up-sampling and of the two convolutions of each level above the bottleneck,
            coarsest first: the order in which they run.
        input_channels: channels of the image.
        output_channels: labels, background not counted.
    """

    encoder: tuple[tuple[int, int], ...]
    decoder: tuple[tuple[int, int, int], ...]
    input_channels: int = 1
    output_channels: int = 1

    def __post_init__(self) -> None:
        if len(self.encoder) > MOST_LEVELS:
            raise UsageError(f"a U-Net of {len(self.encoder)} levels is not possible (it has up to {MOST_LEVELS})")
        if len(self.encoder) < 2 or len(self.decoder) != len(self.encoder) - 1:
            raise UsageError(
                f"a U-Net needs at least two encoder levels and one decoder level fewer, got {len(self.encoder)} "
                f"and {len(self.decoder)}"
            )
        if {len(level) for level in self.encoder} != {2} or {len(level) for level in self.decoder} != {3}:
            raise UsageError(
                "a U-Net has two filter counts in each level of the encoder and three in each of the decoder, got "
                f"{self.encoder} and {self.decoder}"
            )
        counts = [n for level in (*self.encoder, *self.decoder) for n in level]
        if min(*counts, self.input_channels, self.output_channels) < 1:
            raise UsageError("every layer of a U-Net needs at least one filter")

    @classmethod
    def from_levels(cls, filters: Sequence[int], output_channels: int = 1) -> UNetConfig:
        """The usual U-Net: both convolutions of a level, and its up-sampling, have that level's filter count."""
        return cls(
            encoder=tuple((n, n) for n in filters),
            decoder=tuple((n, n, n) for n in reversed(filters[:-1])),
            output_channels=output_channels,
        )

    @classmethod
    def from_base(cls, base_filters: int, depth: int = 4, output_channels: int = 1) -> UNetConfig:
        """The classic U-Net: filters double at each of `depth` halvings of resolution."""
        return cls.from_levels([base_filters << level for level in range(depth + 1)], output_channels)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> UNetConfig:
        """The configuration that `to_json` wrote.

        Raises:
            UsageError: there are too few or too many filter counts, or one is not positive.
        """
        encoder, decoder = (tuple(tuple(int(n) for n in level) for level in values[part]) for part in _PARTS)
        return cls(
            encoder=encoder,  # type: ignore[arg-type]  # how many counts a level has is checked with the rest
            decoder=decoder,  # type: ignore[arg-type]
            input_channels=int(values["input_channels"]),
            output_channels=int(values["output_channels"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain lists and numbers for `model.json`."""
        return {
            "encoder": [list(level) for level in self.encoder],
            "decoder": [list(level) for level in self.decoder],
            "input_channels": self.input_channels,
            "output_channels": self.output_channels,
        }

    @property
    def depth(self) -> int:
        """How often the resolution is halved."""
        return len(self.decoder)

    @property
    def size_multiple(self) -> int:
        """In-plane sizes that are multiples of this need no padding."""
        return int(2**self.depth)


@dataclass(frozen=True)
class LayerCost:
    """What one layer costs: `parameters`, and multiply-adds per pixel of the input image."""

    name: str
    filters: int
    parameters: int
    multiply_adds_per_pixel: float


def layer_costs(config: UNetConfig) -> list[LayerCost]:
    """Every layer of the network in the order in which it runs, batch norm counted with its convolution."""
    layers: list[LayerCost] = []

    def convolution(name: str, channels: int, filters: int, level: int) -> int:
        weights = 9 * channels * filters
        layers.append(LayerCost(name, filters, weights + 2 * filters, weights / 4.0**level))
        return filters

    channels = config.input_channels
    for level, counts in enumerate(config.encoder):
        for position, filters in enumerate(counts):
            channels = convolution(f"encoder.{level}.{position}", channels, filters, level)
    for step, (upsampled, first, second) in enumerate(config.decoder):
        level = config.depth - 1 - step
        weights = 4 * channels * upsampled
        layers.append(LayerCost(f"upsample.{step}", upsampled, weights + upsampled, weights / 4.0 ** (level + 1)))
        channels = upsampled + config.encoder[level][1]
        for position, filters in enumerate((first, second)):
            channels = convolution(f"decoder.{step}.{position}", channels, filters, level)
    head = channels * config.output_channels
    layers.append(LayerCost("head", config.output_channels, head + config.output_channels, head))
    return layers


def level_of(name: str, depth: int) -> int:
    """The level at which a layer's output lies: how often its resolution has been halved."""
    kind, *place = name.split(".")
    if kind == "head":
        return 0
    return int(place[0]) if kind == "encoder" else depth - 1 - int(place[0])


def count_parameters(config: UNetConfig) -> int:
    """Trainable parameters of the network."""
    return sum(layer.parameters for layer in layer_costs(config))


def count_multiply_adds(config: UNetConfig) -> float:
    """Multiply-adds of the network per pixel of the image."""
    return sum(layer.multiply_adds_per_pixel for layer in layer_costs(config))


def share_of_classic(config: UNetConfig) -> float:
    """Parameters as a fraction of the classic U-Net's 31,036,481."""
    return count_parameters(config) / CLASSIC_PARAMETERS
