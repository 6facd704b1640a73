"""One small interface behind which a network runs, and the choice of who runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.workers import check_threads
from LVSegULib.errors import EngineError, UsageError
from LVSegULib.installed import is_installed
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.network.config import UNetConfig


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


def checked_logits(results: Sequence[Any], images: NDArray[np.float32], network: UNetConfig) -> NDArray[np.float32]:
    """The logits (N, C, H, W) that a graph gave for `images` (N, 1, H, W).

    Args:
        results: all that the graph gave.
        images: the slices.
        network: the network that it should be.

    Raises:
        EngineError: they are no floating-point numbers, or of another shape, which numpy might stretch unnoticed.
    """
    given = [np.asarray(result) for result in results]
    wanted = (len(images), network.output_channels, *images.shape[2:])
    if [logits.shape for logits in given] != [wanted] or given[0].dtype.kind != "f":
        told = ", ".join(f"{logits.dtype.name} {logits.shape}" for logits in given)
        raise EngineError(f"the model's graph gives {told}, expected float32 {wanted}: copy or export the model again")
    return given[0].astype(np.float32, copy=False)


def _are_multiples(sides: tuple[int, ...], multiple: int) -> bool:
    return all(side > 0 and side % multiple == 0 for side in sides)


def installed_engines() -> tuple[str, ...]:
    """The engines whose package is installed, in the order of `ENGINES`; nothing is imported."""
    return tuple(filter(is_installed, ENGINES))


def chosen_engine(name: str) -> str:
    """The name of the engine that "auto" or a name of `ENGINES` means.

    Raises:
        UsageError: there is no such engine.
        EngineError: it is not installed.
    """
    names = list(ENGINES)
    if name not in ("auto", *names):
        raise UsageError(f'there is no engine "{name}": choose auto, {", ".join(names[:-1])} or {names[-1]}')
    installed = installed_engines()
    chosen = next(iter(installed), names[0]) if name == "auto" else name
    if chosen not in installed:
        raise EngineError(f"{chosen} is not installed: pip install {chosen}")
    return chosen


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
    chosen = chosen_engine(engine)
    check_threads(threads)
    return ENGINES[chosen](model, threads)


def _onnxruntime(model: ModelFolder, threads: int | None) -> Engine:
    from LVSegULib.engines.onnx import OnnxEngine

    return OnnxEngine(model, threads)


def _openvino(model: ModelFolder, threads: int | None) -> Engine:
    from LVSegULib.engines.openvino import OpenVinoEngine

    return OpenVinoEngine(model, threads)


def _torch(model: ModelFolder, threads: int | None) -> Engine:
    from LVSegULib.engines.pytorch import TorchEngine

    return TorchEngine(model, threads)


ENGINES: dict[str, Callable[[ModelFolder, int | None], Engine]] = {
    "onnxruntime": _onnxruntime,
    "openvino": _openvino,
    "torch": _torch,
}
"""What opens each engine, by the name of the package that it needs; "auto" takes the first that is installed."""
