"""Run a model's ONNX graph with OpenVINO, in float32 or, where the processor can, in bfloat16."""

from __future__ import annotations

from threading import local

import numpy as np
import openvino
from numpy.typing import NDArray

from LVSegULib.engines.workers import Workers, available_threads
from LVSegULib.errors import EngineError
from LVSegULib.modelfolder.folder import ONNX, ModelFolder

PRECISIONS = {"openvino": "f32", "openvino-bf16": "bf16"}


class OpenVinoEngine:
    """OpenVINO on the processor."""

    version: str = openvino.__version__.split("-")[0]

    def __init__(self, model: ModelFolder, name: str = "openvino", threads: int | None = None) -> None:
        """Open `model` under the engine's `name`, one of `PRECISIONS`.

        Raises:
            EngineError: OpenVINO cannot load it, or this processor has no bfloat16.
        """
        self.name = name
        graph = model.checked(ONNX).read_bytes()
        count = threads or available_threads()
        try:
            self._compiled = compiled(graph, PRECISIONS[name], count)
        except RuntimeError as error:
            raise EngineError(f"OpenVINO cannot load {model.path / ONNX}: {error}") from error
        self._own = local()
        self._workers = Workers(self._run, count)

    @property
    def batch(self) -> int:
        """See `Engine.batch`."""
        return self._workers.batch

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.logits`.

        Raises:
            EngineError: OpenVINO failed, for example for want of memory.
        """
        try:
            return self._workers(np.ascontiguousarray(images, np.float32))
        except RuntimeError as error:
            raise EngineError(f"OpenVINO failed on {len(images)} slices: {error}") from error

    def _run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.create_infer_request()
        (result,) = self._own.request.infer({0: images}, share_inputs=True).values()
        return np.array(result, dtype=np.float32)


def compiled(graph: bytes, precision: str, threads: int) -> openvino.CompiledModel:
    """`graph` for so many requests at a time, each on one processor thread."""
    core = openvino.Core()
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise EngineError("this processor cannot compute in bfloat16: choose the engine openvino")
    settings = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": threads}
    return core.compile_model(core.read_model(graph), "CPU", settings)
