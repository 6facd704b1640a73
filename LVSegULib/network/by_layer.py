"""The U-Net run layer by layer, so that whoever calls can look into it, change a layer, or begin in the middle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from LVSegULib.modelfolder.weights import Weights, folded_convolution
from LVSegULib.network.config import UNetConfig

LayerFunction = Callable[[str, Tensor], Tensor]
"""Gives a layer's output, after its ReLU, from its name and its input (N, C, H, W)."""


@dataclass(frozen=True)
class Layer:
    """One layer with batch norm folded in.

    Attributes:
        kernels: (filters, channels, 3, 3); of an up-sampling (channels, filters, 2, 2); of the head (labels, C, 1, 1).
        bias: (filters,).
    """

    kernels: Tensor
    bias: Tensor


Layers = dict[str, Layer]
"""A network: its layers by name, as in `LVSegULib.network.config.layer_costs`."""


def folded_layers(config: UNetConfig, weights: Weights) -> Layers:
    """The layers of a network, in the order in which they run."""
    layers: Layers = {}
    for level in range(len(config.encoder)):
        layers |= _block(weights, f"encoder.{level}")
    for step in range(config.depth):
        layers[f"upsample.{step}"] = _plain(weights, f"upsample.{step}")
        layers |= _block(weights, f"decoder.{step}")
    layers["head"] = _plain(weights, "head")
    return layers


def run_layer(name: str, layer: Layer, x: Tensor) -> Tensor:
    """Output of one layer before its ReLU.

    Channels lie last in memory: with few filters that makes convolution and pooling two to four times as fast.
    """
    x, kernels = (values.contiguous(memory_format=torch.channels_last) for values in (x, layer.kernels))
    if name.startswith("upsample"):
        return functional.conv_transpose2d(x, kernels, layer.bias, stride=2)
    return functional.conv2d(x, kernels, layer.bias, padding=kernels.shape[-1] // 2)


def activate(name: str, x: Tensor) -> Tensor:
    """A layer's ReLU; up-sampling and head have none."""
    return functional.relu_(x) if has_relu(name) else x


def has_relu(name: str) -> bool:
    """Whether the layer's output is rectified."""
    return not name.startswith(("upsample", "head"))


def run_by_layer(depth: int, images: Tensor, layer: LayerFunction) -> Tensor:
    """Logits (N, labels, H, W) of `images` (N, 1, H, W); H and W are multiples of 2^depth."""
    x, skipped = images, []
    for level in range(depth + 1):
        if level:
            skipped.append(x)
            x = functional.max_pool2d(x, 2)
        for position in (0, 1):
            x = layer(f"encoder.{level}.{position}", x)
    for step in range(depth):
        x = torch.cat([skipped.pop(), layer(f"upsample.{step}", x)], 1)
        for position in (0, 1):
            x = layer(f"decoder.{step}.{position}", x)
    return layer("head", x)


def plain_function(layers: Mapping[str, Layer]) -> LayerFunction:
    """What runs `layers` as they are."""
    return lambda name, x: activate(name, run_layer(name, layers[name], x))


class Remembered:
    """A network run once over some slices, so that a change is run only from where it begins.

    Attributes:
        outputs: every layer's output (N, F, h, w), after its ReLU, by layer in the order in which they run.
        logits: (N, labels, H, W).
    """

    @torch.inference_mode()
    def __init__(self, depth: int, images: Tensor, layer: LayerFunction) -> None:
        """Run the network of `layer` over `images` (N, 1, H, W), see `run_by_layer`."""
        self._depth, self._images = depth, images
        self.outputs: dict[str, Tensor] = {}

        def remember(name: str, x: Tensor) -> Tensor:
            self.outputs[name] = layer(name, x)
            return self.outputs[name]

        self.logits = run_by_layer(depth, images, remember)

    @torch.inference_mode()
    def again_from(self, start: str, layer: LayerFunction) -> Tensor:
        """Logits (N, labels, H, W) with what `layer` gives from the layer `start` on, and before it as remembered."""
        names = list(self.outputs)
        before = set(names[: names.index(start)])
        return run_by_layer(
            self._depth, self._images, lambda name, x: self.outputs[name] if name in before else layer(name, x)
        )


def _block(weights: Weights, name: str) -> Layers:
    folded = {f"{name}.{position}": folded_convolution(weights, name, position) for position in (0, 1)}
    return {key: Layer(torch.from_numpy(kernels), torch.from_numpy(bias)) for key, (kernels, bias) in folded.items()}


def _plain(weights: Weights, name: str) -> Layer:
    return Layer(torch.from_numpy(weights[f"{name}.weight"].copy()), torch.from_numpy(weights[f"{name}.bias"].copy()))
