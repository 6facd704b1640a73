"""Run a network with some of its filters turned off, and see the activation map of every filter.

A filter that is turned off gives 0 everywhere, so that whoever reads it goes on without it: the same as cutting it
out and leaving everything else as it is. With ONNX Runtime and with PyTorch alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.base import ENGINES, checked_logits, installed_engines
from LVSegULib.engines.workers import PER_RUN, RUNS_EACH, Images, available_threads, check_threads, torch_threads
from LVSegULib.errors import EngineError, ModelError, UsageError
from LVSegULib.modelfolder.folder import ONNX, ModelFolder
from LVSegULib.modelfolder.onnx_bytes import rest_after, value_names, with_outputs, with_weights
from LVSegULib.modelfolder.onnx_nodes import INPUT, OUTPUT
from LVSegULib.visualization.filters import Filter, check_filters, check_layers, layers_of
from LVSegULib.visualization.kernels import network_kernels

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

INSPECTING = ("onnxruntime", "torch")
"""The engines that can be looked into."""

SESSIONS = 8
"""Networks with filters turned off that are kept open: opening one takes a hundredth of a second or two."""


@dataclass(frozen=True)
class Seen:
    """What a network made of some slices.

    Attributes:
        logits: (N, C, H, W).
        maps: activation maps after the ReLU (N, filters, h, w), h = H / 2^level, by layer.
    """

    logits: Images
    maps: dict[str, Images]


class Inspector(Protocol):
    """Looks into one model."""

    @property
    def engine(self) -> str:
        """Who computes, one of `INSPECTING`."""

    @property
    def version(self) -> str:
        """Version of the library that computes."""

    @property
    def model(self) -> ModelFolder:
        """The model that is looked into."""

    def look(self, images: Images, layers: Sequence[str] = (), off: Collection[Filter] = ()) -> Seen:
        """Logits of `images` (N, 1, H, W), and the maps of `layers`, with the filters `off` turned off.

        Raises:
            UsageError: the network has no such layer or filter.
            EngineError: the engine failed.
        """

    def rest_of(self, images: Images, layer: str) -> Rest:
        """What comes after `layer` on `images` (N, 1, H, W); what comes before is computed once.

        Raises:
            UsageError: the network has no such layer, or it is the last.
            EngineError: the engine failed.
        """


Rest = Callable[[Sequence[int]], Images]
"""Gives the logits (N, C, H, W) with those filters of the layer turned off; safe to call from several threads."""


def open_inspector(model: ModelFolder, engine: str = "auto", threads: int | None = None) -> Inspector:
    """Look into `model`.

    Args:
        model: the model.
        engine: one of `INSPECTING`, or "auto": ONNX Runtime where it is installed and the graph allows it.
        threads: processor threads; None: all that this process may use.

    Raises:
        UsageError: the engine cannot be looked into, or `threads` is not between 1 and the machine's processors.
        EngineError: it is not installed, or the model's ONNX graph does not name its layers and PyTorch is missing.
        ModelError: the model's files are missing or altered.
    """
    if engine not in ("auto", *INSPECTING):
        known = "cannot be looked into" if engine in ENGINES else "does not exist"
        raise UsageError(f'the engine "{engine}" {known}: choose auto, {" or ".join(INSPECTING)}')
    check_threads(threads)
    installed = [name for name in INSPECTING if name in installed_engines()]
    if engine not in ("auto", *installed):
        raise EngineError(f"{engine} is not installed: pip install {engine}")
    if engine == "torch":
        return _TorchInspector(model, threads)
    try:
        if "onnxruntime" in installed:
            return _OnnxInspector(model, threads)
    except ModelError:
        if engine == "onnxruntime" or "torch" not in installed:
            raise
    if "torch" in installed:
        return _TorchInspector(model, threads)
    raise EngineError("neither ONNX Runtime nor PyTorch is installed: pip install onnxruntime")


class WithoutFilters:
    """An engine (`LVSegULib.engines.base.Engine`) that runs a model with some filters turned off."""

    def __init__(self, inspector: Inspector, off: Collection[Filter]) -> None:
        check_filters(inspector.model.spec.network, off)
        self._inspector, self._off = inspector, frozenset(off)
        self.name, self.version = inspector.engine, inspector.version
        self.batch = PER_RUN * RUNS_EACH * available_threads()

    def logits(self, images: Images) -> Images:
        """See `LVSegULib.engines.base.Engine.logits`."""
        return self._inspector.look(images, off=self._off).logits


def off_by_layer(off: Iterable[Filter]) -> dict[str, list[int]]:
    """The filters `off` as indices by layer."""
    found: dict[str, list[int]] = {}
    for one in sorted(off):
        found.setdefault(one.layer, []).append(one.index)
    return found


class _OnnxInspector:
    """Looks into the ONNX graph: its layers' values become outputs, and what is off has kernels of zeros."""

    engine = "onnxruntime"

    def __init__(self, model: ModelFolder, threads: int | None) -> None:
        import onnxruntime

        self.model, self.version = model, str(onnxruntime.__version__)
        self._graph = model.graph(ONNX)
        self._check_names()
        self._kernels = network_kernels(model.spec.network, model.weights())
        self._pool = ThreadPoolExecutor(threads or available_threads(), thread_name_prefix="lvsegu-look")
        self._session = lru_cache(maxsize=SESSIONS)(self._open)

    def look(self, images: Images, layers: Sequence[str] = (), off: Collection[Filter] = ()) -> Seen:
        """See `Inspector.look`."""
        check_layers(self.model.spec.network, layers)
        check_filters(self.model.spec.network, off)
        values = [OUTPUT, *(_value_of(layer) for layer in layers)]
        try:
            session = self._session(tuple(values[1:]), frozenset(off))
            runs = self._run(session, values, images)
        except Exception as error:  # ONNX Runtime raises classes of its own that share no base but Exception
            raise EngineError(f"ONNX Runtime failed on {len(images)} slices: {error}") from error
        logits, *maps = (np.concatenate(found) for found in zip(*runs, strict=True))
        logits = checked_logits([logits], images, self.model.spec.network)
        return Seen(logits, dict(zip(layers, maps, strict=True)))

    def rest_of(self, images: Images, layer: str) -> Rest:
        """See `Inspector.rest_of`."""
        from LVSegULib.engines.onnx import open_session

        check_filters(self.model.spec.network, [Filter(layer, 0)])
        graph, names = rest_after(self._graph, layer)
        try:
            session = open_session(graph)
            known = [name for name in names if name != INPUT]
            before = open_session(with_outputs(self._graph, known))
            given = [dict(zip(known, values, strict=True)) for values in self._run(before, known, images)]
        except Exception as error:  # as above
            raise EngineError(f"ONNX Runtime failed on {len(images)} slices: {error}") from error

        def logits(off: Sequence[int]) -> Images:
            check_filters(self.model.spec.network, [Filter(layer, index) for index in off])
            found = []
            for values in given:
                left = values[layer].copy()
                left[:, list(off)] = 0
                found.append(session.run([OUTPUT], values | {layer: left})[0])
            return np.concatenate(found)

        return logits

    def _run(self, session: InferenceSession, names: Sequence[str], images: Images) -> list[list[Images]]:
        """The values of these names, of a few slices at a time."""
        parts = [images[at : at + PER_RUN] for at in range(0, len(images), PER_RUN)]
        return list(self._pool.map(lambda part: session.run(names, {INPUT: part}), parts))

    def _open(self, values: tuple[str, ...], off: frozenset[Filter]) -> InferenceSession:
        from LVSegULib.engines.onnx import open_session

        further = [value for value in values if value != OUTPUT]
        return open_session(with_outputs(with_weights(self._graph, self._zeroed(off)), further))

    def _zeroed(self, off: frozenset[Filter]) -> Mapping[str, NDArray[np.float32]]:
        """The weights of the layers with filters that are off, by their names in the graph."""
        changed: dict[str, NDArray[np.float32]] = {}
        for layer, indices in off_by_layer(off).items():
            kernels, bias = self._kernels[layer].kernels.copy(), self._kernels[layer].bias.copy()
            kernels[indices], bias[indices] = 0, 0
            if layer.startswith("upsample"):
                changed |= {f"{layer}.weight": kernels.swapaxes(0, 1), f"{layer}.bias": bias}
            else:
                changed |= {f"{layer}.kernels": kernels, f"{layer}.bias": bias}
        return changed

    def _check_names(self) -> None:
        made = value_names(self._graph)
        for layer in layers_of(self.model.spec.network):
            if _value_of(layer) not in made:
                raise ModelError(
                    f"{self.model.path / ONNX} does not name the output of {layer}, so it cannot be looked into "
                    "without PyTorch: install PyTorch, or export the model with lvsegu"
                )


def _value_of(layer: str) -> str:
    """The name of a layer's output in the ONNX graph."""
    return OUTPUT if layer == "head" else layer


class _TorchInspector:
    """Looks into the network layer by layer with PyTorch."""

    engine = "torch"

    def __init__(self, model: ModelFolder, threads: int | None) -> None:
        import torch

        from LVSegULib.network.by_layer import folded_layers

        self.model, self.version, self._threads = model, str(torch.__version__), threads or 0
        self._layers = folded_layers(model.spec.network, model.weights())

    def look(self, images: Images, layers: Sequence[str] = (), off: Collection[Filter] = ()) -> Seen:
        """See `Inspector.look`."""
        import torch

        from LVSegULib.network.by_layer import plain_function, run_by_layer

        config = self.model.spec.network
        check_layers(config, layers)
        check_filters(config, off)
        run, without = plain_function(self._layers), off_by_layer(off)
        maps: dict[str, Images] = {}

        def layer(name: str, x: torch.Tensor) -> torch.Tensor:
            y = run(name, x)
            if name in without:
                y[:, without[name]] = 0
            if name in layers:
                maps[name] = y.numpy().copy()
            return y

        try:
            with torch.inference_mode(), torch_threads(self._threads):
                logits = run_by_layer(config.depth, torch.from_numpy(np.ascontiguousarray(images, np.float32)), layer)
        except RuntimeError as error:
            raise EngineError(f"PyTorch failed on {len(images)} slices: {error}") from error
        return Seen(logits.numpy(), {name: maps[name] for name in layers})

    def rest_of(self, images: Images, layer: str) -> Rest:
        """See `Inspector.rest_of`."""
        import torch

        from LVSegULib.network.by_layer import Remembered, plain_function

        config = self.model.spec.network
        check_filters(config, [Filter(layer, 0)])
        run, slices = plain_function(self._layers), torch.from_numpy(np.ascontiguousarray(images, np.float32))
        with torch_threads(self._threads):
            whole = Remembered(config.depth, slices, run)

        def logits(off: Sequence[int]) -> Images:
            check_filters(config, [Filter(layer, index) for index in off])
            left = whole.outputs[layer].clone()
            left[:, list(off)] = 0
            with torch_threads(self._threads):
                found = whole.again_from(layer, lambda name, x: left if name == layer else run(name, x))
            return found.numpy()

        return logits
