"""The network as an ONNX graph, written from its weights: batch norm folded, every layer's output named.

Written by hand and not traced, so that it needs no PyTorch, takes any batch and in-plane size, is the same bytes
every time, and its values carry the layers' names ("encoder.0.1" is the second convolution of the finest level).
`onnx_blocks` lays the same network out to be fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from LVSegULib.modelfolder.onnx_nodes import INPUT, OUTPUT, SAME_SIZE, Nodes
from LVSegULib.modelfolder.weights import Weights, folded_convolution
from LVSegULib.network.config import UNetConfig

if TYPE_CHECKING:
    import onnx


def build_onnx(config: UNetConfig, weights: Weights) -> onnx.ModelProto:
    """An ONNX model: `images` (N, C, H, W) to `logits` (N, labels, H, W), H and W multiples of 2^depth.

    Args:
        config: the network's shape.
        weights: its weights by PyTorch's names.

    Raises:
        ModelError: a weight is missing or has another shape than `config` says.
    """
    graph = _Graph(weights)
    value, skipped = INPUT, []
    for level in range(len(config.encoder)):
        if level:
            skipped.append(value)
            value = graph.node("MaxPool", [value], f"pool.{level}", kernel_shape=[2, 2], strides=[2, 2])
        value = graph.convolutions(f"encoder.{level}", value)
    for step in range(config.depth):
        value = graph.upsample(f"upsample.{step}", value)
        value = graph.node("Concat", [skipped.pop(), value], f"concat.{step}", axis=1)
        value = graph.convolutions(f"decoder.{step}", value)
    graph.head(value)
    return graph.model(config)


class _Graph(Nodes):
    """A node's output is named after its layer."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._weights = weights

    def convolutions(self, name: str, value: str) -> str:
        for position in (0, 1):
            kernels, bias = folded_convolution(self._weights, name, position)
            value = self.convolution(f"{name}.{position}", value, kernels, bias, SAME_SIZE)
        return value

    def upsample(self, name: str, value: str) -> str:
        inputs = [value, *(self.constant(f"{name}.{part}", self._weights[f"{name}.{part}"]) for part in _PARTS)]
        return self.node("ConvTranspose", inputs, name, kernel_shape=[2, 2], strides=[2, 2])

    def head(self, value: str) -> None:
        inputs = [value, *(self.constant(f"head.{part}", self._weights[f"head.{part}"]) for part in _PARTS)]
        self.node("Conv", inputs, OUTPUT, kernel_shape=[1, 1])


_PARTS = ("weight", "bias")
