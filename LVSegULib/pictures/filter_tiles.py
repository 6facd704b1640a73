"""Each filter as a small picture: its activation map, its kernels, and a bar for its effect."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from LVSegULib.pictures.colours import Colours, positive_colours, signed_colours
from LVSegULib.visualization.kernels import LayerKernels
from LVSegULib.visualization.network_view import LayerView

PAPER = (255, 255, 255)
BAR, EMPTY_BAR = (234, 88, 12), (229, 231, 235)
BAR_SHARE = 0.07
"""Height of the bar, of a tile's side."""

GAP_SHARE = 0.05
WEAKEST = 1e-4
"""Effects of this divergence and less have no bar; the bar grows with the logarithm."""

HEAD_SCALE = 10.0
"""Logits of the head are coloured from minus this to this: surely background to surely heart."""


def tile_height(side: int) -> int:
    """Height of a filter's tile in pixels: map, kernels, bar and gaps."""
    return 2 * side + _gap(side) + _bar(side)


def layer_picture(
    name: str, layer: LayerView, effects: list[float], strongest: float, columns: int, side: int
) -> Colours:
    """All filters of a layer, `columns` in a row.

    Args:
        name: the layer's name.
        layer: its maps and kernels.
        effects: divergence of each filter; empty for the head, whose outputs cannot be turned off.
        strongest: divergence at which the bar is full.
        columns: filters in a row.
        side: pixels of a map.
    """
    count, gap = len(layer.maps), _gap(side)
    rows = math.ceil(count / columns)
    step = side + 2 * gap, tile_height(side) + 3 * gap
    picture = np.full((rows * step[1], columns * step[0], 3), PAPER, np.uint8)
    for index in range(count):
        row, column = divmod(index, columns)
        tile = _tile(name, layer, index, effects[index] if effects else 0.0, strongest, side)
        top, left = row * step[1] + gap, column * step[0] + gap
        picture[top : top + len(tile), left : left + side] = tile
    return picture


def _tile(name: str, layer: LayerView, index: int, effect: float, strongest: float, side: int) -> Colours:
    activation = layer.maps[index]
    if name == "head":
        shown = signed_colours(activation, HEAD_SCALE)
    elif name.startswith("upsample"):
        shown = signed_colours(activation, float(np.abs(activation).max()))
    else:
        shown = positive_colours(activation, float(activation.max()))
    gap = np.full((_gap(side), side, 3), PAPER, np.uint8)
    parts = [
        _scaled(shown, side),
        gap,
        kernel_picture(layer.kernels, index, side),
        _effect_bar(effect, strongest, side),
    ]
    return np.concatenate(parts)


def kernel_picture(kernels: LayerKernels, index: int, side: int) -> Colours:
    """The kernels of one filter for all its input channels, side by side in a square of `side` pixels."""
    own = kernels.kernels[index]
    across = math.ceil(math.sqrt(len(own)))
    height, width = own.shape[1] + 1, own.shape[2] + 1
    mosaic = np.full((across * height - 1, across * width - 1, 3), PAPER, np.uint8)
    colours = signed_colours(own, kernels.scale)
    for channel, colour in enumerate(colours):
        row, column = divmod(channel, across)
        mosaic[row * height : row * height + height - 1, column * width : column * width + width - 1] = colour
    return _scaled(mosaic, side)


def bar_share(effect: float, strongest: float) -> float:
    """How full the bar of an effect is, 0 to 1, by the logarithm of its divergence."""
    if effect <= WEAKEST or strongest <= WEAKEST:
        return 0.0
    return min(1.0, math.log(effect / WEAKEST) / math.log(strongest / WEAKEST))


def _effect_bar(effect: float, strongest: float, side: int) -> Colours:
    bar = np.full((_bar(side), side, 3), EMPTY_BAR, np.uint8)
    bar[:, : round(side * bar_share(effect, strongest))] = BAR
    return bar


def _scaled(colours: Colours, side: int) -> Colours:
    """A picture in a square of `side` pixels, its pixels as they are."""
    return np.asarray(Image.fromarray(colours).resize((side, side), Image.Resampling.NEAREST))


def _gap(side: int) -> int:
    return max(1, round(GAP_SHARE * side))


def _bar(side: int) -> int:
    return max(2, round(BAR_SHARE * side))


def grey_slice(
    image: NDArray[np.float32], cavity: NDArray[np.bool_], side: int, colour: tuple[int, int, int]
) -> Colours:
    """The slice as the network sees it, with the outline of the cavity that it finds."""
    grey = np.repeat((255 * np.clip(image, 0, 1)).round().astype(np.uint8)[..., None], 3, -1)
    large = _scaled(grey, side).copy()
    mask = np.asarray(Image.fromarray(cavity).resize((side, side), Image.Resampling.NEAREST))
    inner = mask.copy()
    inner[1:-1, 1:-1] = mask[1:-1, 1:-1] & mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
    large[mask & ~inner] = colour
    return large
