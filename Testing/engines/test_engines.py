"""Both engines give the same labels, and say clearly what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from LVSegULib.benchmark.classic import random_weights, save_random_model
from LVSegULib.engines import base
from LVSegULib.engines.base import installed_engines, open_engine
from LVSegULib.errors import EngineError, ModelError, UsageError
from LVSegULib.modelfolder.folder import BLOCKS, ONNX, ModelFolder, find_model
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.prepare import prepare_images, restore_labels
from LVSegULib.reading import read_cine


@pytest.fixture
def a_model(tmp_path: Path) -> ModelFolder:
    return save_random_model(tmp_path / "tiny", UNetConfig.from_levels((2, 4)), "tiny", Grid(1.4, 32, 32))


def test_engines_agree_on_every_slice_of_the_sample_patient(the_sample_patient: Path) -> None:
    model = find_model("lv")
    cine = read_cine(the_sample_patient)
    images = prepare_images(cine, model.spec.grid)
    reference = open_engine(model, "torch", 1).logits(images)
    expected = restore_labels(reference, cine, model.spec.label_values, model.spec.grid)
    assert expected.any()
    for name in ("onnxruntime", "openvino"):
        logits = open_engine(model, name, 2).logits(images)
        assert np.abs(logits - reference).max() < 1e-3
        labels = restore_labels(logits, cine, model.spec.label_values, model.spec.grid)
        assert np.count_nonzero(labels != expected) <= expected.size / 100_000


def test_the_fastest_installed_engine_is_taken(a_model: ModelFolder) -> None:
    assert installed_engines() == ("onnxruntime", "openvino", "torch")
    assert open_engine(a_model).name == "onnxruntime"
    assert open_engine(a_model, "torch").name == "torch"


def test_without_pytorch_onnx_runtime_is_there(a_model: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "installed_engines", lambda: ("onnxruntime",))
    assert open_engine(a_model).name == "onnxruntime"
    with pytest.raises(EngineError, match="pip install torch"):
        open_engine(a_model, "torch")


def test_without_any_engine_the_small_one_is_recommended(a_model: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "installed_engines", lambda: ())
    with pytest.raises(EngineError, match="pip install onnxruntime"):
        open_engine(a_model)


@pytest.mark.parametrize("threads", [0, -1, 100_000])
def test_an_impossible_number_of_threads_is_refused(a_model: ModelFolder, threads: int) -> None:
    with pytest.raises(UsageError, match="threads must lie between 1 and"):
        open_engine(a_model, "onnxruntime", threads)


def test_an_unknown_engine_is_refused(a_model: ModelFolder) -> None:
    with pytest.raises(UsageError, match="choose auto, onnxruntime, openvino or torch"):
        open_engine(a_model, "abacus")


@pytest.mark.parametrize(
    ("engine", "name"),
    [("onnxruntime", "blocks.onnx"), ("openvino", "model.onnx"), ("torch", "weights.safetensors")],
)
def test_altered_weights_are_not_run(a_model: ModelFolder, engine: str, name: str) -> None:
    (a_model.path / name).write_bytes(b"something else")
    with pytest.raises(ModelError, match="SHA-256"):
        open_engine(a_model, engine)


def test_a_model_from_before_blocks_is_run_by_its_layers(a_model: ModelFolder) -> None:
    hashes = {name: digest for name, digest in a_model.spec.sha256.items() if name != BLOCKS}
    older = ModelFolder(a_model.path, replace(a_model.spec, sha256=hashes))
    images = np.random.default_rng(3).random((3, 1, 32, 32), dtype=np.float32)
    expected = open_engine(a_model, "onnxruntime").logits(images)
    (a_model.path / BLOCKS).unlink()
    np.testing.assert_allclose(open_engine(older, "onnxruntime").logits(images), expected, atol=1e-5)


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino", "torch"])
@pytest.mark.parametrize("shape", [(1, 3, 32, 32), (1, 32, 32), (2, 1, 31, 32), (2, 1, 32, 33), (2, 1, 0, 32)])
def test_slices_of_an_impossible_shape_are_refused(a_model: ModelFolder, engine: str, shape: tuple[int, ...]) -> None:
    opened = open_engine(a_model, engine, 1)
    opened.logits(np.ones((2, 1, 32, 32), np.float32))
    with pytest.raises(EngineError, match=r"\(N, 1, H, W\), H and W multiples of 2, got"):
        opened.logits(np.zeros(shape, np.float32))


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino", "torch"])
def test_a_failure_while_running_is_an_engine_error(
    a_model: ModelFolder, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    opened = open_engine(a_model, engine)
    monkeypatch.setattr(opened, "_network" if engine == "torch" else "_workers", fail)
    with pytest.raises(EngineError, match="failed on 1 slices: out of memory"):
        opened.logits(np.zeros((1, 1, 32, 32), np.float32))


def test_pytorch_keeps_its_threads(a_model: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        opened, seen = open_engine(a_model, "torch", 1), list[int]()
        run = opened._network  # type: ignore[attr-defined]
        monkeypatch.setattr(opened, "_network", lambda x: (seen.append(torch.get_num_threads()), run(x))[1])
        opened.logits(np.zeros((1, 1, 32, 32), np.float32))
        assert (seen, torch.get_num_threads()) == ([1], 3)
    finally:
        torch.set_num_threads(before)


def test_weights_of_another_network_are_refused() -> None:
    from LVSegULib.engines.pytorch import load_network

    with pytest.raises(ModelError, match=r"encoder\.1\.0\.weight has shape \(4, 2, 3, 3\)"):
        load_network(UNetConfig.from_levels((2, 8)), random_weights(UNetConfig.from_levels((2, 4))))


def with_graph(model: ModelFolder, graph: bytes) -> ModelFolder:
    """The model with another graph, of which its description knows."""
    (model.path / ONNX).write_bytes(graph)
    return ModelFolder(model.path, replace(model.spec, sha256={ONNX: hashlib.sha256(graph).hexdigest()}))


def a_graph(*nodes: onnx.NodeProto, weights: Sequence[onnx.TensorProto] = (), gives: int = TensorProto.FLOAT) -> bytes:
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["N", 1, "H", "W"])
    logits = helper.make_tensor_value_info("logits", gives, None)
    graph = helper.make_graph(nodes, "graph", [images], [logits], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
@pytest.mark.parametrize(
    ("node", "gives", "told"),
    [
        (
            helper.make_node("Concat", ["images"] * 3, ["logits"], axis=1),
            TensorProto.FLOAT,
            r"float32 \(., 3, 32, 32\)",
        ),
        (
            helper.make_node("MaxPool", ["images"], ["logits"], kernel_shape=[2, 2], strides=[2, 2]),
            TensorProto.FLOAT,
            r"float32 \(., 1, 16, 16\)",
        ),
        (
            helper.make_node("ReduceMean", ["images"], ["logits"], axes=[0], keepdims=1),
            TensorProto.FLOAT,
            r"float32 \(1, 1, 32, 32\)",
        ),
        (
            helper.make_node("Cast", ["images"], ["logits"], to=TensorProto.INT64),
            TensorProto.INT64,
            r"int64 \(., 1, 32, 32\)",
        ),
    ],
)
def test_a_graph_that_gives_something_else_is_told(
    a_model: ModelFolder, engine: str, node: onnx.NodeProto, gives: int, told: str
) -> None:
    opened = open_engine(with_graph(a_model, a_graph(node, gives=gives)), engine, 1)
    with pytest.raises(EngineError, match=f"the model's graph gives {told}, expected float32 .*copy or export"):
        opened.logits(np.ones((3, 1, 32, 32), np.float32))


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_a_graph_that_takes_weights_from_other_files_is_not_run(
    a_model: ModelFolder, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    weight = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", "other.bin"), ("offset", "0"), ("length", "4")):
        weight.external_data.add(key=key, value=value)
    monkeypatch.chdir(a_model.path)
    (a_model.path / "other.bin").write_bytes(np.ones(1, np.float32).tobytes())
    graph = a_graph(helper.make_node("Mul", ["images", "w"], ["logits"]), weights=[weight])
    with pytest.raises(ModelError, match=r"model\.onnx takes weights from other files: export it"):
        open_engine(with_graph(a_model, graph), engine, 1)


def test_a_damaged_graph_is_told_in_plain_words(a_model: ModelFolder) -> None:
    (a_model.path / BLOCKS).write_bytes(b"no graph at all")
    digest = hashlib.sha256(b"no graph at all").hexdigest()
    damaged = ModelFolder(a_model.path, replace(a_model.spec, sha256=a_model.spec.sha256 | {BLOCKS: digest}))
    with pytest.raises(EngineError, match=r"blocks\.onnx: ONNX Runtime \S+ cannot load it, is it damaged\? Copy the"):
        open_engine(damaged, "onnxruntime")
