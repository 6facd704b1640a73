"""Run a model's ONNX graph with ONNX Runtime."""

from __future__ import annotations

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from LVSegULib.errors import EngineError
from LVSegULib.modelfolder.folder import ONNX, ModelFolder


def open_session(graph: bytes, threads: int | None = None) -> onnxruntime.InferenceSession:
    """ONNX Runtime on the processor, ready to run `graph`; it raises errors of its own."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if threads is not None:
        options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


class OnnxEngine:
    """The engine that needs the least: ONNX Runtime on the processor."""

    name = "onnxruntime"
    version: str = onnxruntime.__version__

    def __init__(self, model: ModelFolder, threads: int | None = None) -> None:
        graph = model.checked(ONNX).read_bytes()
        try:
            self._session = open_session(graph, threads)
        except Exception as error:  # ONNX Runtime raises classes of its own that share no base but Exception
            raise EngineError(f"ONNX Runtime cannot load {model.path / ONNX}: {error}") from error

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine.logits`.

        Raises:
            EngineError: ONNX Runtime failed, for example for want of memory.
        """
        try:
            (result,) = self._session.run(None, {"images": np.ascontiguousarray(images, np.float32)})
        except Exception as error:
            raise EngineError(f"ONNX Runtime failed on {len(images)} slices: {error}") from error
        return np.asarray(result, dtype=np.float32)
