"""The ONNX graph computes what the PyTorch network computes."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from LVSegULib.engines.pytorch import load_network
from LVSegULib.modelfolder.onnx_graph import build_onnx
from LVSegULib.modelfolder.weights import Weights
from LVSegULib.network.config import UNetConfig
from Testing.modelfolder.lively_weights import lively_weights

UNEVEN = UNetConfig(encoder=((3, 5), (7, 4), (6, 9)), decoder=((5, 8, 3), (2, 6, 4)), output_channels=2)


def session(config: UNetConfig, weights: Weights) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(build_onnx(config, weights).SerializeToString())


@pytest.mark.parametrize("config", [UNetConfig.from_base(4), UNEVEN], ids=["4 base filters", "uneven"])
@pytest.mark.parametrize("shape", [(1, 32, 48), (5, 64, 32)])
def test_logits_agree_with_pytorch(config: UNetConfig, shape: tuple[int, int, int]) -> None:
    weights = lively_weights(config)
    images = np.random.default_rng(1).random((shape[0], 1, *shape[1:]), dtype=np.float32)
    (from_onnx,) = session(config, weights).run(None, {"images": images})
    with torch.no_grad():
        from_torch = load_network(config, weights)(torch.from_numpy(images)).numpy()
    assert from_onnx.shape == (shape[0], config.output_channels, *shape[1:])
    assert np.abs(from_torch).max() > 0.1
    np.testing.assert_allclose(from_onnx, from_torch, atol=1e-4)


def test_the_graph_is_valid_and_names_its_layers() -> None:
    model = build_onnx(UNEVEN, lively_weights(UNEVEN))
    onnx.checker.check_model(model, full_check=True)
    outputs = {name for node in model.graph.node for name in node.output}
    assert {"encoder.0.0", "encoder.2.1", "upsample.0", "decoder.1.1", "logits"} <= outputs


def test_the_same_weights_give_the_same_bytes() -> None:
    first, again = (build_onnx(UNEVEN, lively_weights(UNEVEN)).SerializeToString(deterministic=True) for _ in range(2))
    assert first == again
