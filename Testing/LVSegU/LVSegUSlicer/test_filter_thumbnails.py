"""Small pictures of maps and kernels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from LVSegULib.visualization.kernels import LayerKernels
from Testing.visualization import networks


@pytest.fixture
def kernels(tmp_path: Path) -> LayerKernels:
    """Of the first layer: filter 0 passes the image on, filter 1 is minus 1 on the left and 1 on the right."""
    from LVSegULib.visualization.kernels import network_kernels

    model = networks.a_model(tmp_path / "edge", networks.with_an_edge_filter())
    return network_kernels(model.spec.network, model.weights())["encoder.0.0"]


def test_each_map_is_as_bright_as_its_brightest_pixel(a_scene: Any) -> None:
    assert a_scene is not None
    from LVSegUSlicer.filter_colours import MAP_COLOURS
    from LVSegUSlicer.filter_thumbnails import mapPictures

    maps = np.zeros((3, 4, 4), np.float32)
    maps[0, 1, 2], maps[0, 1, 3], maps[1, 0, 0] = 10.0, 5.0, 0.1
    maps[2] = -3.0  # as the head may give
    pictures = mapPictures(maps)
    np.testing.assert_array_equal(pictures[0, 1, 2], MAP_COLOURS[255, :3])
    np.testing.assert_array_equal(pictures[0, 1, 3], MAP_COLOURS[128, :3])
    np.testing.assert_array_equal(pictures[1, 0, 0], MAP_COLOURS[255, :3])
    assert (pictures[2] == MAP_COLOURS[0, :3]).all()


def test_kernels_are_blue_and_red_around_0(a_scene: Any, kernels: LayerKernels) -> None:
    assert a_scene is not None
    from LVSegUSlicer.filter_colours import KERNEL_COLOURS
    from LVSegUSlicer.filter_thumbnails import kernelPictures

    blue, white, red = (KERNEL_COLOURS[place] for place in (0, 128, 255))
    edge = kernelPictures(kernels)[1]
    assert edge.shape == (3, 3, 3)
    for column, colour in enumerate((blue, white, red)):
        assert (np.abs(edge[:, column].astype(int) - colour) <= 1).all()


def test_kernels_of_all_channels_lie_side_by_side(a_scene: Any) -> None:
    """Five channels: three by three, with a line between."""
    assert a_scene is not None
    from LVSegUSlicer.filter_thumbnails import kernelPictures

    weights = np.zeros((2, 5, 2, 2), np.float32)
    weights[1, 4] = 1.0  # second row, second column
    pictures = kernelPictures(LayerKernels("upsample.0", weights, np.zeros(2, np.float32), ()))
    assert pictures.shape == (2, 8, 8, 3)
    isRed = pictures[1, ..., 2] < 100
    assert isRed[3:5, 3:5].all()
    assert isRed.sum() == 4


def test_kernels_that_are_all_0_can_be_shown(a_scene: Any) -> None:
    assert a_scene is not None
    from LVSegUSlicer.filter_thumbnails import kernelPictures

    silent = LayerKernels("encoder.0.0", np.zeros((1, 1, 3, 3), np.float32), np.zeros(1, np.float32), ())
    assert len(np.unique(kernelPictures(silent).reshape(-1, 3), axis=0)) == 1
