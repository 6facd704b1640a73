"""Run a model's ONNX graph with ONNX Runtime."""

from __future__ import annotations

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from LVSegULib.engines.base import check_images, checked_logits
from LVSegULib.engines.workers import Workers
from LVSegULib.errors import EngineError
from LVSegULib.modelfolder.folder import ModelFolder


def open_session(graph: bytes) -> onnxruntime.InferenceSession:
    """ONNX Runtime on one processor thread, ready to run `graph`; it raises errors of its own."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


class OnnxEngine:
    """The engine that needs the least: ONNX Runtime on the processor."""

    name = "onnxruntime"
    version: str = onnxruntime.__version__

    def __init__(self, model: ModelFolder, threads: int | None = None) -> None:
        self._config = model.spec.network
        name = model.fastest_graph
        graph = model.graph(name)
        try:
            self._session = open_session(graph)
        except Exception as error:  # ONNX Runtime raises classes of its own that share no base but Exception
            raise EngineError(
                f"{model.path / name}: ONNX Runtime {self.version} cannot load it, is it damaged? Copy the model "
                "folder again, or update ONNX Runtime"
            ) from error
        self._workers = Workers(self._run, threads)
        self.batch = self._workers.batch

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.logits`.

        Raises:
            EngineError: the images or the logits are of another shape, or ONNX Runtime failed, for example for want of
                memory.
        """
        check_images(images, self._config)
        try:
            return self._workers(np.ascontiguousarray(images, np.float32))
        except EngineError:
            raise
        except Exception as error:
            raise EngineError(f"ONNX Runtime failed on {len(images)} slices: {error}") from error

    def _run(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        return checked_logits(self._session.run(None, {"images": images}), images, self._config)
