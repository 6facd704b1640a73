"""One small interface behind which a network runs, and the choice of who runs it."""

from __future__ import annotations

import importlib.util
import os
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import EngineError, UsageError
from LVSegULib.modelfolder.folder import ModelFolder

ENGINES = ("onnxruntime", "torch")
"""The engines, fastest first."""


class Engine(Protocol):
    """Runs one model."""

    @property
    def name(self) -> str:
        """Name of the engine, one of `ENGINES`."""

    @property
    def version(self) -> str:
        """Version of the library that computes."""

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits (N, C, H, W) of `images` (N, 1, H, W) in 0..1; H and W are multiples of the network's 2^depth."""


def installed_engines() -> tuple[str, ...]:
    """The engines whose library is installed, fastest first; nothing is imported."""
    return tuple(name for name in ENGINES if importlib.util.find_spec(name) is not None)


def open_engine(model: ModelFolder, engine: str = "auto", threads: int | None = None) -> Engine:
    """An engine that runs `model`.

    Args:
        model: the model.
        engine: "onnxruntime", "torch", or "auto" for the fastest that is installed.
        threads: processor threads to use; None leaves it to the library (the physical cores).

    Raises:
        UsageError: there is no such engine, or `threads` is not between 1 and the machine's processors.
        EngineError: it is not installed.
        ModelError: the model's files are missing or altered.
    """
    if engine not in ("auto", *ENGINES):
        raise UsageError(f'there is no engine "{engine}": choose auto, {" or ".join(ENGINES)}')
    most = os.cpu_count() or 1
    if threads is not None and not 1 <= threads <= most:
        raise UsageError(f"threads must lie between 1 and {most}, the processors of this machine, got {threads}")
    installed = installed_engines()
    chosen = engine if engine != "auto" else next(iter(installed), "onnxruntime")
    if chosen not in installed:
        raise EngineError(f"{chosen} is not installed: pip install {chosen}")
    if chosen == "torch":
        from LVSegULib.engines.pytorch import TorchEngine

        return TorchEngine(model, threads)
    from LVSegULib.engines.onnx import OnnxEngine

    return OnnxEngine(model, threads)
