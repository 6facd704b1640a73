"""Every way to run a model gives the same labels, but for what fewer bits change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from LVSegULib.benchmark.classic import save_random_model
from LVSegULib.benchmark.ways import BY_LAYERS, INT8, open_graph, open_way, quantised_graph, ways
from LVSegULib.errors import EngineError
from LVSegULib.modelfolder.folder import ONNX, ModelFolder
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid

IMAGES = np.random.default_rng(1).random((6, 1, 32, 32), dtype=np.float32)


@pytest.fixture(scope="module")
def a_model(tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    return save_random_model(folder, UNetConfig.from_levels((4, 8, 16)), "tiny", Grid(1.4, 32, 32))


def test_all_that_is_asked_for_is_there() -> None:
    assert ways() == (
        "onnxruntime",
        "openvino",
        "torch",
        "onnxruntime layers",
        "openvino bf16",
        "onnxruntime int8",
        "openvino int8",
        "torch eager",
        "torch bf16",
        "torch compiled",
    )


@pytest.mark.parametrize("way", [BY_LAYERS, "torch eager", "torch bf16", *INT8])
def test_a_way_gives_the_networks_logits_as_far_as_its_bits_go(a_model: ModelFolder, way: str) -> None:
    expected = open_way(a_model, "onnxruntime", IMAGES, 1)(IMAGES)
    found = open_way(a_model, way, IMAGES, 1)(IMAGES)
    assert found.shape == expected.shape
    tolerance = 1e-4 if way in (BY_LAYERS, "torch eager") else 0.15 * np.abs(expected).max()
    assert np.abs(found - expected).max() < tolerance


def test_the_quantised_graph_has_8_bit_weights(a_model: ModelFolder) -> None:
    import onnx

    graph = onnx.load_from_string(quantised_graph(a_model.path / ONNX, IMAGES))
    kinds = {tensor.data_type for tensor in graph.graph.initializer}
    assert onnx.TensorProto.INT8 in kinds
    assert any(node.op_type == "DequantizeLinear" for node in graph.graph.node)


def test_a_bare_graph_is_run_too(a_model: ModelFolder) -> None:
    graph = (a_model.path / ONNX).read_bytes()
    found = [open_graph(graph, engine, 2)(IMAGES) for engine in ("onnxruntime", "openvino")]
    np.testing.assert_allclose(*found, atol=1e-4)


def test_what_is_no_graph_cannot_be_quantised(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(EngineError, match="cannot be quantised"):
        quantised_graph(tmp_path / "model.onnx", IMAGES)
