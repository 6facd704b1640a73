"""The network as an ONNX graph that is fast: the same numbers, but for rounding, laid out for the processor.

Engines compute filters in groups of 16, so at the finest level, where most pixels are, four filters cost what sixteen
would. Three things are done about it, none of which changes what is computed:

- **The finest level in blocks of 2 x 2 pixels.** The four pixels of a block become channels: four times the filters at
  a quarter of the places. A 3 x 3 kernel reaches into three blocks each way; but if the blocks that it makes lie one
  pixel further up and left than those that it reads, into two, with 4 products instead of 9. The first convolution of
  a pair shifts, the second shifts back. What shifted blocks have outside of the image is set to zero, which is what
  the second convolution finds there when there are no blocks.
- **No up-sampling to the finest level.** It is linear, so its kernels and those of the convolution that reads it make
  one. Its bias ends at the image's border, as does a filter that is one everywhere inside: the bias is what the
  convolution makes of that.
- **Fours.** ONNX Runtime's fast way takes more than 16 channels only in fours. Filters of zeros make them up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from LVSegULib.modelfolder.onnx_graph import build_onnx
from LVSegULib.modelfolder.onnx_nodes import INPUT, OUTPUT, SAME_SIZE, Nodes
from LVSegULib.modelfolder.weights import Weights, folded_convolution
from LVSegULib.network.config import UNetConfig

if TYPE_CHECKING:
    import onnx

GROUP = 16
"""Filters that engines compute at once: 16 single-precision numbers fill a register of AVX-512."""

FOUR = 4

PIXELS = 4
"""Of a block."""

MOST_FILTERS = GROUP // PIXELS
"""A finest level with more filters in a convolution gains nothing."""

KEPT, SHIFTING = [0, 0, 0, 0], [1, 1, 1, 1]
"""The padding of a convolution from shifted blocks to those of the image, and the other way."""

Floats = NDArray[np.float32]


def gains_by_blocks(config: UNetConfig) -> bool:
    """Whether the graph in blocks is worth while: the finest level's convolutions have four filters at most."""
    return max(*config.encoder[0], *config.decoder[-1][1:]) <= MOST_FILTERS


def build_blocks_onnx(config: UNetConfig, weights: Weights) -> onnx.ModelProto:
    """As `onnx_graph.build_onnx`, for a network of which `gains_by_blocks` is true; layers' outputs have no names.

    Raises:
        ModelError: a weight is missing or has another shape than `config` says.
    """
    graph = _Blocks(config, weights)
    finest = graph.finest_encoder()
    value, skipped = graph.largest_in_blocks(finest), []
    for level in range(1, config.depth + 1):
        if level > 1:
            skipped.append(value)
            value = graph.pool(value)
        value = graph.convolutions(f"encoder.{level}", value, is_upsampled=level == config.depth)
    for step in range(config.depth - 1):
        value = graph.upsample(step, value, skipped.pop())
        value = graph.convolutions(f"decoder.{step}", value, is_upsampled=True)
    graph.finest_decoder(finest, value)
    return graph.model(config)


def fastest_onnx(config: UNetConfig, weights: Weights) -> onnx.ModelProto:
    """The graph that ONNX Runtime runs fastest: in blocks where these gain, else as its layers are.

    Raises:
        ModelError: a weight is missing or has another shape than `config` says.
    """
    return (build_blocks_onnx if gains_by_blocks(config) else build_onnx)(config, weights)


def block_kernels(kernels: Floats) -> Floats:
    """Kernels (filters, channels, 3, 3) as (4 filters, 4 channels, 2, 2): of blocks, to blocks shifted by a pixel.

    Channels of blocks lie as those of ONNX's SpaceToDepth: all of the upper left pixel first. Two blocks side by side
    have pixels 0 to 3; pixel 0 of the block that is made from them reads 0, 1 and 2, pixel 1 reads 1, 2 and 3.
    """
    filters, channels = kernels.shape[:2]
    # axes: pixel that is made (2), filter; pixel that is read (2), channel; block that is read (2)
    made = np.zeros((2, 2, filters, 2, 2, channels, 2, 2), np.float32)
    for row, column, y, x in np.ndindex(2, 2, 3, 3):
        down, right = row + y, column + x
        made[row, column, :, down % 2, right % 2, :, down // 2, right // 2] = kernels[:, :, y, x]
    return made.reshape(PIXELS * filters, PIXELS * channels, 2, 2)


@dataclass(frozen=True)
class _Value:
    """A value of the graph.

    Attributes:
        name: its name.
        places: which of its channels are the layer's own, in the layer's order; the others are zero, or not read.
        width: all channels.
    """

    name: str
    places: NDArray[np.intp]
    width: int


class _Blocks(Nodes):
    def __init__(self, config: UNetConfig, weights: Weights) -> None:
        super().__init__()
        self._config, self._weights = config, weights
        self._last = (f"decoder.{config.depth - 2}" if config.depth > 1 else f"encoder.{config.depth}", 1)
        shifted = sorted({config.encoder[0][0], config.decoder[-1][1]})
        self._inside = {filters: self._inside_image(filters) for filters in shifted}

    def finest_encoder(self) -> _Value:
        """The finest level of the encoder in blocks, a whole group of channels."""
        blocks = self.node("SpaceToDepth", [INPUT], "images.blocks", blocksize=2)
        kernels, bias = folded_convolution(self._weights, "encoder.0", 0)
        shifted = self._shifted("encoder.0.0", blocks, block_kernels(kernels), bias)
        kernels, bias = folded_convolution(self._weights, "encoder.0", 1)
        kernels, biases = _filled(block_kernels(kernels), GROUP), _filled(np.tile(bias, PIXELS), GROUP)
        name = self.convolution("encoder.0.1", shifted, kernels, biases, KEPT)
        return _Value(name, np.arange(PIXELS * len(bias)), GROUP)

    def largest_in_blocks(self, value: _Value) -> _Value:
        """The largest pixel of each block: what max-pooling makes."""
        filters = len(value.places) // PIXELS
        sizes = [filters] * PIXELS + [value.width - len(value.places)] * (value.width > len(value.places))
        parts = [f"{value.name}.pixel{number}" for number in range(len(sizes))]
        self.nodes("Split", [value.name, self.integers(f"{value.name}.sizes", sizes)], parts, axis=1)
        return _Value(self.node("Max", parts[:PIXELS], f"{value.name}.largest"), np.arange(filters), filters)

    def pool(self, value: _Value) -> _Value:
        """Max-pooling below the finest level."""
        name = self.node("MaxPool", [value.name], f"{value.name}.pooled", kernel_shape=[2, 2], strides=[2, 2])
        return _Value(name, value.places, value.width)

    def convolutions(self, block: str, value: _Value, is_upsampled: bool) -> _Value:
        """Both convolutions of a coarser level; with `is_upsampled` no convolution reads the second."""
        for position in (0, 1):
            layer = f"{block}.{position}"
            kernels, bias = folded_convolution(self._weights, block, position)
            width = len(bias) if is_upsampled and position == 1 else _in_fours(len(bias))
            is_last = (block, position) == self._last
            if is_last:
                width = _multiple(len(bias) + 1, GROUP)
            kernels, biases = _filled(_reading(kernels, value), width), _filled(bias, width)
            if is_last:
                biases[len(bias)] = 1  # a filter that is one everywhere, for `_through_upsampling`
            name = self.convolution(layer, value.name, kernels, biases, SAME_SIZE)
            value = _Value(name, np.arange(len(bias)), width)
        return value

    def upsample(self, step: int, value: _Value, skipped: _Value) -> _Value:
        """Up-sampling below the finest level, after what was skipped."""
        weights, bias = (self._weights[f"upsample.{step}.{part}"] for part in ("weight", "bias"))
        width = _in_fours(skipped.width + len(bias)) - skipped.width
        kernels = _filled(_reading(weights.swapaxes(0, 1), value), width).swapaxes(0, 1)
        inputs = [value.name, self.constant(f"upsample.{step}.weight", kernels)]
        inputs.append(self.constant(f"upsample.{step}.bias", _filled(bias, width)))
        upsampled = self.node("ConvTranspose", inputs, f"upsample.{step}", kernel_shape=[2, 2], strides=[2, 2])
        name = self.node("Concat", [skipped.name, upsampled], f"concat.{step}", axis=1)
        places = np.concatenate([skipped.places, skipped.width + np.arange(len(bias))])
        return _Value(name, places, skipped.width + width)

    def finest_decoder(self, skipped: _Value, value: _Value) -> None:
        """The finest level of the decoder, from what was skipped in blocks and what is to be up-sampled."""
        block = f"decoder.{self._config.depth - 1}"
        both = self.node("Concat", [skipped.name, value.name], "concat.blocks", axis=1)
        kernels, bias = folded_convolution(self._weights, block, 0)
        from_skipped = len(skipped.places) // PIXELS
        joined = np.concatenate(
            [
                _reading(block_kernels(kernels[:, :from_skipped]), skipped),
                self._through_upsampling(kernels[:, from_skipped:], value),
            ],
            axis=1,
        )
        shifted = self._shifted(f"{block}.0", both, joined, bias)
        kernels, bias = folded_convolution(self._weights, block, 1)
        name = self.convolution(f"{block}.1", shifted, block_kernels(kernels), np.tile(bias, PIXELS), KEPT)
        self._head(name)

    def _through_upsampling(self, kernels: Floats, value: _Value) -> Floats:
        """Kernels (filters, up-sampled, 3, 3) as (4 filters, width, 2, 2), which read what is to be up-sampled."""
        step = self._config.depth - 1
        weights, bias = (self._weights[f"upsample.{step}.{part}"] for part in ("weight", "bias"))
        upsampling = np.zeros((PIXELS * len(bias), value.width))
        upsampling[:, value.places] = weights.transpose(2, 3, 1, 0).reshape(PIXELS * len(bias), -1)
        upsampling[:, len(value.places)] = np.tile(bias, PIXELS)
        merged: Floats = np.einsum("fuyx,uc->fcyx", block_kernels(kernels), upsampling).astype(np.float32)
        return merged

    def _head(self, value: str) -> None:
        """From blocks to the logits of pixels: each pixel reads the channels that are its own."""
        weights, bias = self._weights["head.weight"][:, :, 0, 0], self._weights["head.bias"]
        labels, filters = weights.shape
        kernels = np.zeros((2, 2, filters, labels, 2, 2), np.float32)
        for row, column in np.ndindex(2, 2):
            kernels[row, column, :, :, row, column] = weights.T
        inputs = [value, self.constant("head.weight", kernels.reshape(PIXELS * filters, labels, 2, 2))]
        inputs.append(self.constant("head.bias", bias))
        self.node("ConvTranspose", inputs, OUTPUT, kernel_shape=[2, 2], strides=[2, 2])

    def _shifted(self, layer: str, value: str, kernels: Floats, bias: Floats) -> str:
        """A convolution to shifted blocks, zero outside of the image."""
        name = self.convolution(layer, value, kernels, np.tile(bias, PIXELS), SHIFTING)
        return self.node("Mul", [name, self._inside[len(bias)]], f"{layer}.inside")

    def _inside_image(self, filters: int) -> str:
        """One where a pixel of a shifted block is in the image, else zero: (1, 4 filters, H/2 + 1, W/2 + 1)."""
        name = f"inside.{filters}"
        size = self.node("Shape", [INPUT], f"{name}.images", start=2)
        shape = self.node("Concat", [self.integers("one.channel", [1, 1]), size], f"{name}.shape", axis=0)
        ones = self.node("ConstantOfShape", [shape], f"{name}.ones", value=self.tensor([1.0]))
        padded = self.node("Pad", [ones, self.integers("border", [0, 0, 1, 1, 0, 0, 1, 1])], f"{name}.padded")
        blocks = self.node("SpaceToDepth", [padded], f"{name}.blocks", blocksize=2)
        pixels = self.integers(f"{name}.pixels", np.repeat(np.arange(PIXELS), filters).tolist())
        return self.node("Gather", [blocks, pixels], name, axis=1)


def _multiple(count: int, of: int) -> int:
    """The next multiple."""
    return -(-count // of) * of


def _in_fours(count: int) -> int:
    return count if count <= GROUP else _multiple(count, FOUR)


def _filled(values: Floats, count: int) -> Floats:
    """`values` with zeros after them along the first axis, `count` in all."""
    return np.concatenate([values, np.zeros((count - len(values), *values.shape[1:]), np.float32)])


def _reading(kernels: Floats, value: _Value) -> Floats:
    """Kernels (filters, channels, ...) for all channels of `value`, zero where these are not the layer's own."""
    made = np.zeros((len(kernels), value.width, *kernels.shape[2:]), np.float32)
    made[:, value.places] = kernels
    return made
