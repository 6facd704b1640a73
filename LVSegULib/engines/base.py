"""One small interface behind which a network runs, and the choice of who runs it."""

from __future__ import annotations

import importlib.util
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.workers import check_threads
from LVSegULib.errors import EngineError, UsageError
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.network.config import UNetConfig

ENGINES = {"onnxruntime": "onnxruntime", "openvino": "openvino", "torch": "torch"}
"""The engines and the package that each needs; "auto" takes the first that is installed."""


class Engine(Protocol):
    """Runs one model."""

    @property
    def name(self) -> str:
        """Name of the engine, one of `ENGINES`."""

    @property
    def version(self) -> str:
        """Version of the library that computes."""

    @property
    def batch(self) -> int:
        """Slices to give at once for the best speed."""

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits (N, C, H, W) of `images` (N, 1, H, W) in 0..1; H and W are multiples of the network's 2^depth.

        Raises:
            EngineError: the images are of another shape, or the library failed, for example for want of memory.
        """


def check_images(images: NDArray[np.float32], network: UNetConfig) -> None:
    """Refuse what the network cannot halve, before libraries pad it, fail, or give what they gave before.

    Raises:
        EngineError: `images` are not (N, C, H, W) with the network's channels and sizes.
    """
    multiple, channels = network.size_multiple, network.input_channels
    if images.ndim != 4 or images.shape[1] != channels or not _are_multiples(images.shape[2:], multiple):
        raise EngineError(
            f"slices must be an array (N, {channels}, H, W), H and W multiples of {multiple}, got {images.shape}: "
            "prepare them with LVSegULib.preparation.prepare.prepare_images"
        )


def _are_multiples(sides: tuple[int, ...], multiple: int) -> bool:
    return all(side > 0 and side % multiple == 0 for side in sides)


def installed_engines() -> tuple[str, ...]:
    """The engines whose package is installed, in the order of `ENGINES`; nothing is imported."""
    return tuple(name for name, package in ENGINES.items() if importlib.util.find_spec(package) is not None)


def open_engine(model: ModelFolder, engine: str = "auto", threads: int | None = None) -> Engine:
    """An engine that runs `model`.

    Args:
        model: the model.
        engine: one of `ENGINES`, or "auto" for the first that is installed.
        threads: processor threads to use; None: all that this process may use.

    Raises:
        UsageError: there is no such engine, or `threads` is not between 1 and the machine's processors.
        EngineError: it is not installed.
        ModelError: the model's files are missing or altered.
    """
    if engine not in ("auto", *ENGINES):
        raise UsageError(
            f'there is no engine "{engine}": choose auto, {", ".join([*ENGINES][:-1])} or {[*ENGINES][-1]}'
        )
    check_threads(threads)
    installed = installed_engines()
    chosen = next(iter(installed), "onnxruntime") if engine == "auto" else engine
    if chosen not in installed:
        raise EngineError(f"{chosen} is not installed: pip install {ENGINES[chosen]}")
    if chosen == "torch":
        from LVSegULib.engines.pytorch import TorchEngine

        return TorchEngine(model, threads)
    if chosen == "openvino":
        from LVSegULib.engines.openvino import OpenVinoEngine

        return OpenVinoEngine(model, threads)
    from LVSegULib.engines.onnx import OnnxEngine

    return OnnxEngine(model, threads)
