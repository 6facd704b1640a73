"""How fast networks are with ONNX Runtime, measured in turn on the same slices."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.onnx import open_session
from LVSegULib.modelfolder.onnx_blocks import fastest_onnx
from LVSegULib.modelfolder.weights import Weights
from LVSegULib.network.config import UNetConfig

ROUNDS = 25

Network = tuple[UNetConfig, Weights]


def times_faster(one: Network, other: Network, images: NDArray[np.float32]) -> float:
    """How many times as fast as `one` the network `other` is on `images` (N, 1, H, W): ratio of the median times."""
    before, after = milliseconds([one, other], images)
    return before / after


def milliseconds(networks: Sequence[Network], images: NDArray[np.float32]) -> list[float]:
    """Time of each network for one of `images` (N, 1, H, W) on one thread, median of rounds in turn after a first."""
    sessions = [open_session(fastest_onnx(*network).SerializeToString()) for network in networks]
    seconds: list[list[float]] = [[] for _ in networks]
    for number in range(ROUNDS + 1):
        for session, own in zip(sessions, seconds, strict=True):
            started = time.perf_counter()
            session.run(None, {"images": images})
            if number:
                own.append(time.perf_counter() - started)
    return [1000 * statistics.median(own) / len(images) for own in seconds]
