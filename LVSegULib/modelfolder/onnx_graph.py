"""The network as an ONNX graph, written from its weights: batch norm folded, every layer's output named.

Written by hand and not traced, so that it needs no PyTorch, takes any batch and in-plane size, is the same bytes
every time, and its values carry the layers' names ("encoder.0.1" is the second convolution of the finest level).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from LVSegULib.modelfolder.weights import Weights, folded_convolution
from LVSegULib.network.config import UNetConfig

if TYPE_CHECKING:
    import onnx

OPSET = 17
IR_VERSION = 8
INPUT, OUTPUT = "images", "logits"


def build_onnx(config: UNetConfig, weights: Weights) -> onnx.ModelProto:
    """An ONNX model: `images` (N, C, H, W) to `logits` (N, labels, H, W), H and W multiples of 2^depth.

    Args:
        config: the network's shape.
        weights: its weights by PyTorch's names.

    Raises:
        ModelError: a weight is missing or has another shape than `config` says.
    """
    from onnx import TensorProto, helper

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

    def tensor(name: str, channels: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", channels, "H", "W"])

    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "unet",
            [tensor(INPUT, config.input_channels)],
            [tensor(OUTPUT, config.output_channels)],
            graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="LVSegU",
    )


class _Graph:
    """Nodes and weights as they are added; a node's output is named after its layer."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name: str, values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> str:
        from onnx import numpy_helper

        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    def convolutions(self, name: str, value: str) -> str:
        for position in (0, 1):
            layer = f"{name}.{position}"
            kernels, bias = folded_convolution(self.weights, name, position)
            inputs = [value, self.constant(f"{layer}.kernels", kernels), self.constant(f"{layer}.bias", bias)]
            summed = self.node("Conv", inputs, f"{layer}.sum", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
            value = self.node("Relu", [summed], layer)
        return value

    def upsample(self, name: str, value: str) -> str:
        inputs = [value, *(self.constant(f"{name}.{part}", self.weights[f"{name}.{part}"]) for part in _PARTS)]
        return self.node("ConvTranspose", inputs, name, kernel_shape=[2, 2], strides=[2, 2])

    def head(self, value: str) -> None:
        inputs = [value, *(self.constant(f"head.{part}", self.weights[f"head.{part}"]) for part in _PARTS)]
        self.node("Conv", inputs, OUTPUT, kernel_shape=[1, 1])


_PARTS = ("weight", "bias")
