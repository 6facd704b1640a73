"""How much faster one network is than another with ONNX Runtime, measured in turn on the same slices."""

from __future__ import annotations

import statistics
import time

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.onnx import open_session
from LVSegULib.modelfolder.onnx_graph import build_onnx
from LVSegULib.modelfolder.weights import Weights
from LVSegULib.network.config import UNetConfig

ROUNDS = 25


def times_faster(
    one: tuple[UNetConfig, Weights],
    other: tuple[UNetConfig, Weights],
    images: NDArray[np.float32],
    threads: int | None = None,
) -> float:
    """How many times as fast as `one` the network `other` is on `images` (N, 1, H, W): ratio of the median times."""
    sessions = [open_session(build_onnx(*network).SerializeToString(), threads) for network in (one, other)]
    seconds: list[list[float]] = [[], []]
    for number in range(ROUNDS + 1):
        for session, own in zip(sessions, seconds, strict=True):
            started = time.perf_counter()
            session.run(None, {"images": images})
            if number:
                own.append(time.perf_counter() - started)
    return statistics.median(seconds[0]) / statistics.median(seconds[1])
