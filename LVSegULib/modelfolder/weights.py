"""A network's weights as arrays by PyTorch's names, and what follows from them without PyTorch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import ModelError
from LVSegULib.network.config import UNetConfig

Weights = dict[str, NDArray[np.float32]]

BATCH_NORM_EPSILON = 1e-5


def folded_convolution(weights: Weights, block: str, position: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Kernels (filters, channels, 3, 3) and bias (filters,) that do what convolution and batch norm do together.

    Args:
        weights: all weights.
        block: "encoder.L" or "decoder.S".
        position: 0 or 1, the first or second convolution of the block.
    """
    norm = f"{block}.{3 * position + 1}"
    variance = weights[f"{norm}.running_var"].astype(np.float64)
    gain = weights[f"{norm}.weight"] / np.sqrt(variance + BATCH_NORM_EPSILON)
    kernels = weights[f"{block}.{3 * position}.weight"] * gain[:, None, None, None]
    bias = weights[f"{norm}.bias"] - weights[f"{norm}.running_mean"] * gain
    return kernels.astype(np.float32), bias.astype(np.float32)


def weight_shapes(config: UNetConfig) -> dict[str, tuple[int, ...]]:
    """The shape of every weight, in PyTorch's order and by its names."""
    shapes: dict[str, tuple[int, ...]] = {}

    def block(name: str, channels: int, counts: tuple[int, ...]) -> int:
        for position, filters in enumerate(counts):
            shapes[f"{name}.{3 * position}.weight"] = (filters, channels, 3, 3)
            for part in ("weight", "bias", "running_mean", "running_var"):
                shapes[f"{name}.{3 * position + 1}.{part}"] = (filters,)
            channels = filters
        return channels

    channels = config.input_channels
    for level, counts in enumerate(config.encoder):
        channels = block(f"encoder.{level}", channels, counts)
    for step, (upsampled, *rest) in enumerate(config.decoder):
        shapes[f"upsample.{step}.weight"] = (channels, upsampled, 2, 2)
        shapes[f"upsample.{step}.bias"] = (upsampled,)
        skipped = config.encoder[config.depth - 1 - step][1]
        channels = block(f"decoder.{step}", skipped + upsampled, tuple(rest))
    shapes["head.weight"] = (config.output_channels, channels, 1, 1)
    shapes["head.bias"] = (config.output_channels,)
    return shapes


def check_weights(weights: Weights, config: UNetConfig, where: str) -> None:
    """Compare names and shapes with what the configuration asks for.

    Raises:
        ModelError: a weight is missing, left over, of another shape or type, or not finite.
    """
    shapes = weight_shapes(config)
    for name in sorted(shapes.keys() ^ weights.keys()):
        raise ModelError(f"{where}: the weight {name} is {'missing' if name in shapes else 'not part of the network'}")
    for name, shape in shapes.items():
        if weights[name].shape != shape:
            raise ModelError(f"{where}: {name} has shape {weights[name].shape}, the network in model.json has {shape}")
        if weights[name].dtype.kind != "f":
            raise ModelError(
                f"{where}: {name} holds {weights[name].dtype}, expected floating-point numbers: copy the model again"
            )
        if not np.isfinite(weights[name]).all():
            raise ModelError(f"{where}: {name} holds values that are not finite: train or copy the model again")
