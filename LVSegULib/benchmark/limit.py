"""What this machine can do at best: multiply-adds of a convolution that suits it, and bytes copied, per second.

A network cannot be faster than its multiply-adds at the first rate, nor than its activations' traffic at the second
(Williams et al.: Roofline, CACM 2009, doi 10.1145/1498765.1498785).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from LVSegULib.engines.workers import available_threads
from LVSegULib.network.config import UNetConfig, layer_costs, level_of

FILTERS, SIDE = 64, 96
"""A convolution whose filters fill the processor's registers and whose activations fit into its cache."""

COPIED_BYTES = 64_000_000
SECONDS = 0.5
BYTES = 4


@dataclass(frozen=True)
class Limit:
    """The best rates measured on some processor threads: multiply-adds and bytes (read and written) per second."""

    threads: int
    multiply_adds: float
    bytes_moved: float

    def least_ms(self, config: UNetConfig, pixels: int) -> float:
        """Milliseconds for a slice of so many pixels if every multiply-add went at the best rate."""
        return 1000 * pixels * sum(layer.multiply_adds_per_pixel for layer in layer_costs(config)) / self.multiply_adds

    def least_ms_of_memory(self, config: UNetConfig, pixels: int) -> float:
        """Milliseconds if every activation were written to memory once and read once at the best rate."""
        values = sum(layer.filters / 4.0 ** level_of(layer.name, config.depth) for layer in layer_costs(config))
        return 1000 * 2 * BYTES * pixels * values / self.bytes_moved


def measure_limit(threads: int | None = None) -> Limit:
    """Measure both rates on `threads` threads (all there are by default), in about a second."""
    count = threads or available_threads()
    return Limit(count, _rate(_convolution, count), _rate(_copying, count))


def _rate(prepare: Callable[[], Callable[[], float]], threads: int) -> float:
    """Units of work per second on so many threads, each for about `SECONDS`; `prepare` gives a thread its own work."""

    def repeat(work: Callable[[], float]) -> tuple[float, float, float]:
        units, started = 0.0, time.perf_counter()
        while (now := time.perf_counter()) - started < SECONDS:
            units += work()
        return units, started, now

    works = [prepare() for _ in range(threads)]
    for work in works:
        work()
    with ThreadPoolExecutor(threads) as pool:
        runs = list(pool.map(repeat, works))
    return sum(units for units, _, _ in runs) / (max(end for _, _, end in runs) - min(start for _, start, _ in runs))


def _convolution() -> Callable[[], float]:
    from onnx import TensorProto, helper, numpy_helper

    from LVSegULib.engines.onnx import open_session

    kernels = np.full((FILTERS, FILTERS, 3, 3), 0.01, np.float32)
    shape = [1, FILTERS, SIDE, SIDE]
    inputs, output = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("x", "y"))
    layers = ("x", "a", "b", "c", "y")
    nodes = [
        helper.make_node("Conv", [one, "kernels"], [other], kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        for one, other in pairwise(layers)
    ]
    graph = helper.make_graph(nodes, "peak", [inputs], [output], [numpy_helper.from_array(kernels, "kernels")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = open_session(model.SerializeToString())
    image = np.ones(shape, np.float32)

    def run() -> float:
        session.run(None, {"x": image})
        return float(len(nodes) * SIDE * SIDE * 9 * FILTERS * FILTERS)

    return run


def _copying() -> Callable[[], float]:
    source, target = np.ones(COPIED_BYTES, np.uint8), np.zeros(COPIED_BYTES, np.uint8)

    def copy() -> float:
        np.copyto(target, source)
        return 2.0 * COPIED_BYTES

    return copy
