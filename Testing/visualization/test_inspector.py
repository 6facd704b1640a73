"""Maps are what the layers give, and a filter that is off is as if it were cut out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.engines.base import open_engine
from LVSegULib.errors import EngineError, ModelError, UsageError
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.modelfolder import folder as model_folder
from LVSegULib.modelfolder.folder import ModelFolder, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.by_layer import folded_layers
from LVSegULib.preparation.prepare import labels_of
from LVSegULib.pruning.surgery import to_weights, without_filters
from LVSegULib.visualization import inspector
from LVSegULib.visualization.filters import Filter, layers_of, removable_filters
from LVSegULib.visualization.inspector import Inspector, WithoutFilters, open_inspector
from Testing.pruning.networks import UNEVEN
from Testing.visualization import networks

BOTH = ["onnxruntime", "torch"]


@pytest.fixture
def a_random_model(tmp_path: Path) -> ModelFolder:
    spec = ModelSpec("random", UNEVEN, (CAVITY, MYOCARDIUM), networks.GRID)
    return save_model(tmp_path / "random", spec, random_weights(UNEVEN, 3), "Random.\n")


def some_slices(count: int = 5) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(1).random((count, 1, 32, 32), np.float32)


def test_an_edge_filter_shows_the_edge(an_inspector: Inspector) -> None:
    image = np.zeros((1, 1, 32, 32), np.float32)
    image[..., 16:] = 0.5  # dark left, bright right
    (found,) = an_inspector.look(image, ["encoder.0.0"]).maps["encoder.0.0"]
    expected = np.zeros((32, 32))
    expected[:, 15:17] = 3 * 0.5  # three rows of a step by 0.5, seen from the pixels beside it
    expected[[0, -1]] *= 2 / 3  # one of the three rows lies beyond the border
    np.testing.assert_allclose(found[1], expected, atol=1e-6)  # falling edges are below 0: the right border too
    np.testing.assert_allclose(found[0], image[0, 0], atol=1e-6)


def test_maps_have_the_resolution_of_their_level(an_inspector: Inspector) -> None:
    layers = list(layers_of(networks.TWO_LEVELS))
    maps = an_inspector.look(some_slices(), layers).maps
    assert list(maps) == layers
    sides = {"encoder.0.1": 32, "encoder.1.0": 16, "encoder.2.1": 8, "upsample.0": 16, "decoder.1.1": 32, "head": 32}
    for layer, side in sides.items():
        assert maps[layer].shape == (5, layers_of(networks.TWO_LEVELS)[layer], side, side)


def test_both_engines_show_the_same(a_random_model: ModelFolder) -> None:
    layers, images = list(layers_of(UNEVEN)), some_slices()
    off = [Filter("encoder.1.1", 2), Filter("upsample.0", 0)]
    one, other = (open_inspector(a_random_model, engine, 2).look(images, layers, off) for engine in BOTH)
    for layer in layers:
        np.testing.assert_allclose(one.maps[layer], other.maps[layer], atol=1e-4)
    assert not one.maps["encoder.1.1"][:, 2].any()
    assert not one.maps["upsample.0"][:, 0].any()
    np.testing.assert_allclose(one.logits, open_inspector(a_random_model, "auto").look(images, off=off).logits)


@pytest.mark.parametrize("engine", ["auto", *BOTH])
@pytest.mark.parametrize("threads", [0, -3, 100_000])
def test_an_impossible_number_of_threads_is_refused(a_random_model: ModelFolder, engine: str, threads: int) -> None:
    with pytest.raises(UsageError, match=f"threads must lie between 1 and .*, got {threads}"):
        open_inspector(a_random_model, engine, threads)


def test_pytorch_keeps_its_threads(a_random_model: ModelFolder) -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        looking = open_inspector(a_random_model, "torch", 1)
        assert torch.get_num_threads() == 3
        looking.look(some_slices())
        looking.rest_of(some_slices(), "encoder.0.0")([0])
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("engine", BOTH)
def test_turning_a_filter_off_is_pruning_it_without_compensation(
    engine: str, a_random_model: ModelFolder, tmp_path: Path
) -> None:
    """To the last bit of the labels, for every filter of the network."""
    looking, images = open_inspector(a_random_model, engine, 1), some_slices()
    layers, values = folded_layers(UNEVEN, a_random_model.weights()), a_random_model.spec.label_values
    changed = 0
    for one in removable_filters(UNEVEN)[::3]:
        config, smaller = without_filters(UNEVEN, layers, {one.layer: [one.index]})
        spec = ModelSpec("pruned", config, a_random_model.spec.labels, networks.GRID)
        pruned = open_engine(save_model(tmp_path / str(one), spec, to_weights(smaller), "Pruned.\n"), engine)
        expected = labels_of(pruned.logits(images), values)
        np.testing.assert_array_equal(labels_of(looking.look(images, off=[one]).logits, values), expected)
        changed += int((expected != labels_of(looking.look(images).logits, values)).any())
    assert changed > 5  # it does something


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("layer", [name for name in layers_of(UNEVEN) if name != "head"])
def test_the_rest_of_a_network_gives_what_the_whole_would(layer: str, engine: str, a_random_model: ModelFolder) -> None:
    looking, images = open_inspector(a_random_model, engine, 1), some_slices()
    rest, last = looking.rest_of(images, layer), layers_of(UNEVEN)[layer] - 1
    for off in ([0], [last], []):
        expected = looking.look(images, off=[Filter(layer, index) for index in off]).logits
        np.testing.assert_allclose(rest(off), expected, rtol=1e-5, atol=1e-5)
    with pytest.raises(UsageError, match="does not exist"):
        rest([last + 1])
    with pytest.raises(UsageError, match="is an output of the network"):
        looking.rest_of(images, "head")


def test_with_nothing_off_it_is_the_engine(a_random_model: ModelFolder) -> None:
    images = some_slices()
    engine = WithoutFilters(open_inspector(a_random_model, "onnxruntime"), [])
    np.testing.assert_array_equal(engine.logits(images), open_engine(a_random_model, "onnxruntime").logits(images))
    assert (engine.name, engine.version) == ("onnxruntime", open_engine(a_random_model, "onnxruntime").version)


def test_what_does_not_exist_is_refused(an_inspector: Inspector) -> None:
    with pytest.raises(UsageError, match='no layer "middle"'):
        an_inspector.look(some_slices(), ["middle"])
    with pytest.raises(UsageError, match=r"encoder\.0\.0:2 does not exist"):
        an_inspector.look(some_slices(), off=[Filter("encoder.0.0", 2)])
    with pytest.raises(UsageError, match="does not exist"):
        WithoutFilters(an_inspector, [Filter("upsample.0", 9)])


def test_engines_that_cannot_be_looked_into_are_refused(a_random_model: ModelFolder) -> None:
    with pytest.raises(UsageError, match='"openvino" cannot be looked into: choose auto, onnxruntime or torch'):
        open_inspector(a_random_model, "openvino")
    with pytest.raises(UsageError, match='"tensorrt" does not exist'):
        open_inspector(a_random_model, "tensorrt")


def test_a_graph_without_names_needs_pytorch(a_random_model: ModelFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = onnx.load(a_random_model.path / "model.onnx")
    for node in graph.graph.node:
        node.input[:] = [name.replace("decoder.1.0", "a") if "." in name else name for name in node.input]
        node.output[:] = [name.replace("decoder.1.0", "a") for name in node.output]
    for tensor in graph.graph.initializer:
        tensor.name = tensor.name.replace("decoder.1.0", "a")
    (a_random_model.path / "model.onnx").write_bytes(graph.SerializeToString())
    monkeypatch.setattr(model_folder, "_sha256", lambda path: a_random_model.spec.sha256[path.name])
    assert open_inspector(a_random_model).engine == "torch"
    with pytest.raises(ModelError, match=r"does not name the output of decoder\.1\.0"):
        open_inspector(a_random_model, "onnxruntime")
    monkeypatch.setattr(inspector, "installed_engines", lambda: ("onnxruntime",))
    with pytest.raises(ModelError, match="cannot be looked into without PyTorch: install PyTorch"):
        open_inspector(a_random_model)
    monkeypatch.setattr(inspector, "installed_engines", lambda: ())
    with pytest.raises(EngineError, match="neither ONNX Runtime nor PyTorch"):
        open_inspector(a_random_model)
    with pytest.raises(EngineError, match=r"torch is not installed: pip install torch$"):
        open_inspector(a_random_model, "torch")
