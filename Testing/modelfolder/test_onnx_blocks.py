"""The graph in blocks computes what the graph by layers does, up to the image's border."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest

from LVSegULib.modelfolder.folder import find_model
from LVSegULib.modelfolder.onnx_blocks import block_kernels, build_blocks_onnx, fastest_onnx, gains_by_blocks
from LVSegULib.modelfolder.onnx_graph import build_onnx
from LVSegULib.network.config import UNetConfig
from Testing.modelfolder.lively_weights import lively_weights

UNEVEN = UNetConfig(encoder=((3, 2), (7, 18), (21, 35)), decoder=((5, 19, 17), (2, 4, 1)), output_channels=2)
SHALLOW = UNetConfig(encoder=((4, 3), (5, 16)), decoder=((3, 2, 4),), input_channels=2, output_channels=3)
LARGE = 0.7
"""Of biases, so that what convolutions make outside of the image would not be zero."""

CONFIGS = {"4 base filters": UNetConfig.from_base(4), "uneven": UNEVEN, "shallow": SHALLOW}


def logits(model: onnx.ModelProto, images: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> np.ndarray:
    (found,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"images": images})
    return np.asarray(found)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
@pytest.mark.parametrize("shape", [(1, 16, 48), (3, 64, 16)])
def test_logits_are_those_of_the_layers(config: UNetConfig, shape: tuple[int, int, int]) -> None:
    weights = lively_weights(config, LARGE)
    size = (shape[0], config.input_channels, *shape[1:])
    images = np.random.default_rng(1).random(size, dtype=np.float32)
    expected = logits(build_onnx(config, weights), images)
    found = logits(build_blocks_onnx(config, weights), images)
    assert found.shape == expected.shape
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())


def test_the_border_alone_is_the_same_too() -> None:
    """An image of zeros: all that is left are biases, and where they end."""
    weights = lively_weights(UNEVEN, LARGE)
    images = np.zeros((1, 1, 16, 16), np.float32)
    expected = logits(build_onnx(UNEVEN, weights), images)
    assert np.ptp(expected[0, 0, 0]) > 1e-3, "the border differs from the middle"
    np.testing.assert_allclose(logits(build_blocks_onnx(UNEVEN, weights), images), expected, atol=1e-5)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
def test_the_graph_is_valid_and_always_the_same_bytes(config: UNetConfig) -> None:
    first, again = (build_blocks_onnx(config, lively_weights(config, LARGE)) for _ in range(2))
    onnx.checker.check_model(first, full_check=True)
    assert first.SerializeToString(deterministic=True) == again.SerializeToString(deterministic=True)


def test_more_than_16_channels_are_read_in_fours() -> None:
    """As ONNX Runtime's fast convolution wants them."""
    graph = build_blocks_onnx(UNEVEN, lively_weights(UNEVEN, LARGE)).graph
    shapes = {tensor.name: tensor.dims for tensor in graph.initializer}
    read = {shapes[node.input[1]][1] for node in graph.node if node.op_type == "Conv"}
    # 18 and 21 filters; 18 as 20 and 5 up-sampled ones; 2 in blocks, as 16, and 17 with one for the bias, as 32
    assert {channels for channels in read if channels > 16} == {20, 24, 28, 16 + 32}


def test_the_kernel_that_copies_a_pixel_shifts_blocks_by_one() -> None:
    centre = np.zeros((1, 1, 3, 3), np.float32)
    centre[0, 0, 1, 1] = 1
    made = block_kernels(centre)
    assert made.shape == (4, 4, 2, 2)
    assert made.sum() == 4
    upper_left, lower_right = made[0], made[3]
    assert upper_left[3, 0, 0] == 1, "the upper left pixel is the lower right one of the block before"
    assert lower_right[0, 1, 1] == 1


def test_more_filters_at_the_finest_level_gain_nothing() -> None:
    assert gains_by_blocks(find_model("lv").spec.network)
    assert not gains_by_blocks(UNetConfig.from_base(5))
    narrow, wide = UNetConfig.from_base(4, depth=2), UNetConfig.from_base(8, depth=2)
    assert "SpaceToDepth" in {node.op_type for node in fastest_onnx(narrow, lively_weights(narrow)).graph.node}
    assert "SpaceToDepth" not in {node.op_type for node in fastest_onnx(wide, lively_weights(wide)).graph.node}


@pytest.mark.parametrize(
    ("encoder", "decoder", "gains"),
    [
        ((4, 4), (9, 4, 4), True),  # what is up-sampled may have any number
        ((5, 4), (4, 4, 4), False),
        ((4, 5), (4, 4, 4), False),
        ((4, 4), (4, 5, 4), False),
        ((4, 4), (4, 4, 5), False),
    ],
)
def test_no_convolution_at_the_finest_level_may_have_more_than_four_filters(
    encoder: tuple[int, int], decoder: tuple[int, int, int], gains: bool
) -> None:
    assert gains_by_blocks(UNetConfig(encoder=(encoder, (8, 8)), decoder=(decoder,))) is gains
