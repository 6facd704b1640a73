"""The ways to run a model that are timed: the engines, and what they were chosen from."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np

from LVSegULib.engines.base import installed_engines, open_engine
from LVSegULib.engines.workers import Images, Workers, available_threads
from LVSegULib.errors import EngineError
from LVSegULib.installed import is_installed
from LVSegULib.modelfolder.folder import ONNX, ModelFolder

Run = Callable[[Images], Images]
"""Logits (N, C, H, W) of slices (N, 1, H, W)."""

INT8 = {"onnxruntime int8": "onnxruntime", "openvino int8": "openvino"}
BY_LAYERS = "onnxruntime layers"
"""The graph as its layers are, not in blocks; the same for a model without the latter."""

OPENVINO_BF16 = "openvino bf16"
TORCH = ("torch eager", "torch bf16", "torch compiled")
CALIBRATION_BATCH = 8


def ways() -> tuple[str, ...]:
    """Every way whose packages are installed; nothing is imported."""
    engines = [*installed_engines()]
    engines += [BY_LAYERS] if is_installed("onnxruntime") else []
    engines += [OPENVINO_BF16] if is_installed("openvino") else []
    engines += [name for name, package in INT8.items() if all(map(is_installed, (package, "onnx", "onnxruntime")))]
    return (*engines, *(TORCH if is_installed("torch") else ()))


def open_way(model: ModelFolder, way: str, images: Images, threads: int | None) -> Run:
    """What runs `model` in one of the `ways`; `images` calibrate the quantised ones.

    Raises:
        EngineError: it does not work here.
    """
    if way == BY_LAYERS:
        return open_graph(model.graph(ONNX), "onnxruntime", threads)
    if way in INT8:
        return open_graph(quantised_graph(model.path / ONNX, images), INT8[way], threads)
    if way == OPENVINO_BF16:
        return _openvino((model.path / ONNX).read_bytes(), "bf16", threads)
    if way in TORCH:
        return _torch(model, way, threads)
    return open_engine(model, way, threads).logits


def open_graph(graph: bytes, engine: str, threads: int | None) -> Run:
    """What runs an ONNX graph with "onnxruntime" or "openvino", a few slices on each thread."""
    if engine == "openvino":
        return _openvino(graph, "f32", threads)
    from LVSegULib.engines.onnx import open_session

    session = open_session(graph)
    return Workers(lambda some: np.asarray(session.run(None, {"images": some})[0]), threads)


def _openvino(graph: bytes, precision: str, threads: int | None) -> Run:
    from LVSegULib.engines.openvino import compiled

    count = threads or available_threads()
    network = compiled(graph, precision, count)
    return Workers(lambda some: np.array(network.create_infer_request().infer({0: some})[0]), count)


def _torch(model: ModelFolder, way: str, threads: int | None) -> Run:
    """PyTorch without channels_last, in bfloat16, or compiled; its engine is float32 with channels_last."""
    import torch

    from LVSegULib.engines.pytorch import load_network

    if threads is not None:
        torch.set_num_threads(threads)
    network: torch.nn.Module = load_network(model.spec.network, model.weights())
    is_eager, is_bf16 = way == "torch eager", way == "torch bf16"
    layout = torch.contiguous_format if is_eager else torch.channels_last
    network = network.to(memory_format=layout)  # type: ignore[call-overload]
    if way == "torch compiled":
        network = torch.compile(network)  # type: ignore[assignment]

    @torch.inference_mode()
    def run(images: Images) -> Images:
        tensor = torch.from_numpy(images).contiguous(memory_format=layout)
        with torch.autocast("cpu", torch.bfloat16, enabled=is_bf16):
            result: torch.Tensor = network(tensor)
        return result.float().numpy()

    return run


def quantised_graph(path: Path, images: Images) -> bytes:
    """The ONNX graph at `path` in 8 bits, statically quantised on `images` (N, 1, H, W)."""
    import tempfile

    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            starts = range(0, len(images), CALIBRATION_BATCH)
            self._batches = iter([{"images": images[at : at + CALIBRATION_BATCH]} for at in starts])

        def get_next(self) -> dict[str, Images] | None:
            return next(self._batches, None)

    with tempfile.TemporaryDirectory(prefix="lvsegu-int8-") as scratch:
        target = Path(scratch) / "int8.onnx"
        logging.disable(logging.WARNING)  # it recommends shape inference, which these graphs do not need
        try:
            quantize_static(
                path,
                target,
                Reader(),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                reduce_range=True,  # 7 bits of weights: sums of products of 8 overflow on processors without VNNI
            )
        except Exception as error:
            raise EngineError(f"{path} cannot be quantised: {error}") from error
        finally:
            logging.disable(logging.NOTSET)
        return target.read_bytes()
