"""ONNX files changed without the package onnx are what the package would have made of them."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.errors import ModelError
from LVSegULib.modelfolder.onnx_bytes import (
    reads_other_files,
    rest_after,
    value_names,
    weight_places,
    with_outputs,
    with_weights,
)
from LVSegULib.modelfolder.onnx_graph import build_onnx
from LVSegULib.network.config import UNetConfig

CONFIG = UNetConfig(encoder=((2, 3), (4, 5)), decoder=((6, 7, 8),))


@pytest.fixture(scope="module")
def a_graph() -> bytes:
    return bytes(build_onnx(CONFIG, random_weights(CONFIG)).SerializeToString(deterministic=True))


def test_further_outputs_are_what_the_package_reads(a_graph: bytes) -> None:
    names = ["encoder.0.0", "upsample.0"]
    found = onnx.load_from_string(with_outputs(a_graph, names))
    assert [output.name for output in found.graph.output] == ["logits", *names]
    assert len(found.graph.node) == len(onnx.load_from_string(a_graph).graph.node)
    assert with_outputs(a_graph, []) == a_graph


@pytest.mark.parametrize("length", [b"\x08", b"\x88\x00", b"\x88\x80\x00"])
def test_weights_in_other_files_are_seen_however_their_length_is_written(a_graph: bytes, length: bytes) -> None:
    entry = b"\x0a" + length + b"location" + b"\x12\x01x"
    tensor = b"\x42\x01w\x70\x01\x6a" + bytes([len(entry)]) + entry  # name, external, its entry
    graph = a_graph + b"\x3a" + bytes([len(tensor) + 2]) + b"\x2a" + bytes([len(tensor)]) + tensor
    assert onnx.load_from_string(graph).graph.initializer[-1].external_data[0].key == "location"
    assert reads_other_files(graph)
    assert not reads_other_files(a_graph)


def test_changed_weights_are_what_the_package_reads_and_the_others_stay(a_graph: bytes) -> None:
    new = np.arange(2 * 9, dtype=np.float32).reshape(2, 1, 3, 3)
    changed = onnx.load_from_string(with_weights(a_graph, {"encoder.0.0.kernels": new}))
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in changed.graph.initializer}
    before = {t.name: numpy_helper.to_array(t) for t in onnx.load_from_string(a_graph).graph.initializer}
    np.testing.assert_array_equal(weights.pop("encoder.0.0.kernels"), new)
    for name, values in weights.items():
        np.testing.assert_array_equal(values, before[name])


def test_the_rest_after_a_layer_reads_it_and_what_skips_it(a_graph: bytes) -> None:
    rest, inputs = rest_after(a_graph, "encoder.1.0")
    assert inputs == ["encoder.1.0", "encoder.0.1"]  # the skip connection comes from before
    found = onnx.load_from_string(rest)
    assert [value.name for value in found.graph.input] == inputs
    assert [value.name for value in found.graph.output] == ["logits"]
    assert next(iter(found.graph.node)).output == ["encoder.1.1.sum"]
    assert found.opset_import == onnx.load_from_string(a_graph).opset_import
    assert rest_after(a_graph, "decoder.0.1")[1] == ["decoder.0.1"]


def test_names_are_those_of_the_graph(a_graph: bytes) -> None:
    graph = onnx.load_from_string(a_graph).graph
    assert value_names(a_graph) == {name for node in graph.node for name in node.output}
    assert set(weight_places(a_graph)) == {tensor.name for tensor in graph.initializer}


def test_weights_of_another_name_or_size_are_refused(a_graph: bytes) -> None:
    with pytest.raises(ModelError, match=r"no weights encoder\.0\.0\.kernels of 3 numbers"):
        with_weights(a_graph, {"encoder.0.0.kernels": np.zeros(3, np.float32)})
    with pytest.raises(ModelError, match="no weights other of 1 numbers"):
        with_weights(a_graph, {"other": np.zeros(1, np.float32)})


@pytest.mark.parametrize("cut", [1, 7, 40, 1000])
def test_a_graph_that_is_cut_short_is_refused(a_graph: bytes, cut: int) -> None:
    with pytest.raises(ModelError, match="cut short"):
        value_names(a_graph[:-cut])


def test_what_is_no_graph_is_refused() -> None:
    with pytest.raises(ModelError, match="no ONNX graph"):
        value_names(b"\x07 this is text")
