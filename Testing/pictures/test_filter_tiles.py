"""A filter's tile shows its map, its kernels and its effect."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.pictures.colours import NEGATIVE, POSITIVE
from LVSegULib.pictures.filter_tiles import (
    BAR,
    EMPTY_BAR,
    PAPER,
    WEAKEST,
    bar_share,
    grey_slice,
    kernel_picture,
    layer_picture,
    tile_height,
)
from LVSegULib.visualization.kernels import ChannelGroup, LayerKernels
from LVSegULib.visualization.network_view import LayerView

SIDE = 40


def two_filters() -> LayerView:
    """The first filter's map has its maximum in the top left quarter; its kernel for channel 0 is all positive."""
    kernels = np.zeros((2, 2, 3, 3), np.float32)
    kernels[0, 0], kernels[0, 1] = 2.0, -2.0
    maps = np.zeros((2, 4, 4), np.float32)
    maps[0, :2, :2] = 5.0
    return LayerView(
        0, LayerKernels("encoder.0.1", kernels, np.zeros(2, np.float32), (ChannelGroup("a", range(2)),)), maps
    )


def test_a_layer_has_a_tile_for_every_filter() -> None:
    picture = layer_picture("encoder.0.1", two_filters(), [WEAKEST, 1.0], 1.0, columns=2, side=SIDE)
    gap = 2
    assert picture.shape == (tile_height(SIDE) + 3 * gap, 2 * (SIDE + 2 * gap), 3)
    first = picture[gap : gap + tile_height(SIDE), gap : gap + SIDE]
    assert first[SIDE // 4, SIDE // 4].min() > 150  # the bright quarter
    assert first[3 * SIDE // 4, 3 * SIDE // 4].max() < 10
    bars = picture[gap + tile_height(SIDE) - 1]
    assert (bars[gap : gap + SIDE] == EMPTY_BAR).all()  # too weak for a bar
    assert (bars[-gap - SIDE : -gap] == BAR).all()  # the strongest


def test_kernels_lie_side_by_side_in_the_layers_scale() -> None:
    picture = kernel_picture(two_filters().kernels, 0, 70)
    assert tuple(picture[10, 10]) == POSITIVE
    assert tuple(picture[10, 60]) == NEGATIVE
    assert tuple(picture[60, 10]) == PAPER  # there is no third channel


def test_bars_grow_with_the_logarithm() -> None:
    assert bar_share(WEAKEST * 10, WEAKEST * 1000) == pytest.approx(1 / 3)
    assert bar_share(0.0, 1.0) == bar_share(1.0, 0.0) == 0.0
    assert bar_share(2.0, 1.0) == 1.0


def test_the_cavity_is_outlined_on_the_slice() -> None:
    image, cavity = np.full((10, 10), 0.5, np.float32), np.zeros((10, 10), bool)
    cavity[3:7, 3:7] = True
    shown = grey_slice(image, cavity, 20, (255, 0, 0))
    assert tuple(shown[6, 10]) == (255, 0, 0)
    assert tuple(shown[10, 10]) == tuple(shown[0, 0]) == (128, 128, 128)
