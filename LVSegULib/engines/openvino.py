"""Run a model's ONNX graph with OpenVINO in float32."""

from __future__ import annotations

from threading import local

import numpy as np
import openvino
from numpy.typing import NDArray

from LVSegULib.engines.base import check_images, checked_logits
from LVSegULib.engines.workers import Workers, available_threads
from LVSegULib.errors import EngineError
from LVSegULib.modelfolder.folder import ONNX, ModelFolder

openvino.Tensor(np.zeros(1, np.float32))
"""Two threads that meet in the very first array that OpenVINO is given wait for each other for ever (seen with 2026.4),
so it gets its first one here, while only one thread can import this."""


class OpenVinoEngine:
    """OpenVINO on the processor."""

    name = "openvino"
    version: str = openvino.__version__.split("-")[0]

    def __init__(self, model: ModelFolder, threads: int | None = None) -> None:
        """Open `model`.

        Raises:
            EngineError: OpenVINO cannot load it.
        """
        self._config = model.spec.network
        graph = model.graph(ONNX)
        count = threads or available_threads()
        try:
            self._compiled = compiled(graph, "f32", count)
        except RuntimeError as error:
            raise EngineError(f"OpenVINO cannot load {model.path / ONNX}: {error}") from error
        self._own = local()
        self._workers = Workers(self._run, count)
        self.batch = self._workers.batch

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.logits`.

        Raises:
            EngineError: the images or the logits are of another shape, or OpenVINO failed, for example for want of
                memory.
        """
        check_images(images, self._config)
        try:
            return self._workers(np.ascontiguousarray(images, np.float32))
        except RuntimeError as error:
            raise EngineError(f"OpenVINO failed on {len(images)} slices: {error}") from error

    def _run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.create_infer_request()
        results = self._own.request.infer({0: images}, share_inputs=True).values()
        return checked_logits(list(results), images, self._config).copy()  # the next run writes over it


def compiled(graph: bytes, precision: str, threads: int) -> openvino.CompiledModel:
    """`graph` for so many requests at a time, each on one processor thread, in "f32" or "bf16".

    Raises:
        EngineError: this processor does not compute in bfloat16.
    """
    core = openvino.Core()
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise EngineError("this processor does not compute in bfloat16")
    settings = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": threads}
    return core.compile_model(core.read_model(graph), "CPU", settings)
