"""Nodes and weights of an ONNX graph as they are added, and the model that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.network.config import UNetConfig

if TYPE_CHECKING:
    import onnx

SAME_SIZE = [1, 1, 1, 1]
"""The padding of a 3 x 3 convolution that keeps the size."""

OPSET = 17
IR_VERSION = 8
INPUT, OUTPUT = "images", "logits"


class Nodes:
    """Collects a graph from `images` to `logits`; a node is named after its first output."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Add a node with one output, and return that."""
        return self.nodes(kind, inputs, [output], **attributes)[0]

    def nodes(self, kind: str, inputs: list[str], outputs: list[str], **attributes: Any) -> list[str]:
        """Add a node with several outputs, and return these."""
        from onnx import helper

        self._nodes.append(helper.make_node(kind, inputs, outputs, name=outputs[0], **attributes))
        return outputs

    def constant(self, name: str, values: NDArray[np.float32] | NDArray[np.float64]) -> str:
        """Add weights in single precision, and return their name."""
        return self._add(name, np.ascontiguousarray(values, np.float32))

    def convolution(
        self, layer: str, value: str, kernels: NDArray[np.float32], bias: NDArray[np.float32], pads: list[int]
    ) -> str:
        """Add a convolution and its ReLU, and return the output, which is called `layer`."""
        inputs = [value, self.constant(f"{layer}.kernels", kernels), self.constant(f"{layer}.bias", bias)]
        summed = self.node("Conv", inputs, f"{layer}.sum", kernel_shape=list(kernels.shape[2:]), pads=pads)
        return self.node("Relu", [summed], layer)

    def integers(self, name: str, values: list[int]) -> str:
        """Add whole numbers (sizes, indices), and return their name; the same name again adds nothing."""
        return self._add(name, np.array(values, np.int64))

    def tensor(self, values: list[float]) -> onnx.TensorProto:
        """Numbers in single precision for a node's attribute."""
        from onnx import numpy_helper

        return numpy_helper.from_array(np.array(values, np.float32))

    def _add(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._constants[name] = numpy_helper.from_array(values, name)
        return name

    def model(self, config: UNetConfig) -> onnx.ModelProto:
        """The model of all that was added: `images` (N, C, H, W) to `logits` (N, labels, H, W)."""
        from onnx import TensorProto, helper

        def tensor(name: str, channels: int) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", channels, "H", "W"])

        inputs, outputs = [tensor(INPUT, config.input_channels)], [tensor(OUTPUT, config.output_channels)]
        return helper.make_model(
            helper.make_graph(self._nodes, "unet", inputs, outputs, list(self._constants.values())),
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="LVSegU",
        )
