"""Time networks and ways to run them in one run, on the same slices, in turn.

Each contender runs in a process of its own, so that its peak memory is its own; the processes take turns,
round by round, so that a machine whose speed drifts treats all alike.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from LVSegULib.benchmark.memory import peak_memory_mb
from LVSegULib.engines.workers import Images
from LVSegULib.modelfolder.folder import open_model
from LVSegULib.preparation.prepare import labels_of


@dataclass(frozen=True)
class Contender:
    """One row of the benchmark.

    Attributes:
        label: whose network.
        way: how it is run, one of `LVSegULib.benchmark.ways.ways`.
        path: a model folder, or a file with an ONNX graph.
        size: rows and columns of its slices.
        batch: slices given at once.
        has_background: whether its first channel is the background's logit, as nnU-Net's; else the background's is 0.
    """

    label: str
    way: str
    path: Path
    size: int
    batch: int
    has_background: bool = False


@dataclass(frozen=True)
class Timing:
    """What was measured.

    Attributes:
        contender: who.
        ms_per_slice: median over the rounds.
        fastest_ms, slowest_ms: of the rounds.
        peak_memory_mb: of the contender's own process, libraries included.
        differing: share of the pixels whose label differs from that of the network's first contender.
    """

    contender: Contender
    ms_per_slice: float
    fastest_ms: float
    slowest_ms: float
    peak_memory_mb: float
    differing: float

    @property
    def slices_per_second(self) -> float:
        """Slices per second at the median."""
        return 1000 / self.ms_per_slice


def bench(
    contenders: Sequence[Contender],
    images: Mapping[int, Images],
    *,
    threads: int | None,
    rounds: int,
    seconds_per_round: float = 1.0,
    progress: Callable[[str], None],
) -> list[Timing]:
    """Time `contenders` in turn, `rounds` times, after one run that does not count; who cannot run here is left out.

    Args:
        contenders: who.
        images: the slices (N, 1, size, size), by size.
        threads: processor threads; None: all there are.
        rounds: how often each has its turn.
        seconds_per_round: about how long a turn is.
        progress: told what goes on.
    """
    pools = {contender: ProcessPoolExecutor(1, mp_context=get_context("spawn")) for contender in contenders}
    found: dict[Contender, NDArray[np.uint8]] = {}
    try:
        for contender, pool in pools.items():
            progress(f"warming up {contender.label}, {contender.way}")
            try:
                found[contender] = pool.submit(_start, contender, images[contender.size], threads).result()
            except Exception as error:
                progress(f"{contender.label} cannot be run with {contender.way}: {str(error).splitlines()[0]}")
        samples: dict[Contender, list[float]] = {contender: [] for contender in found}
        for number in range(rounds):
            for contender, sample in samples.items():
                progress(f"round {number + 1} of {rounds}: {contender.label}, {contender.way}")
                sample.append(pools[contender].submit(_round, seconds_per_round).result())
        peaks = {contender: pools[contender].submit(peak_memory_mb).result() for contender in found}
    finally:
        for pool in pools.values():
            pool.shutdown(cancel_futures=True)
    first = {contender.label: labels for contender, labels in reversed(found.items())}
    return [
        Timing(
            contender,
            statistics.median(sample),
            min(sample),
            max(sample),
            peaks[contender],
            float(np.mean(found[contender] != first[contender.label])),
        )
        for contender, sample in samples.items()
    ]


def labels_by_channel(logits: Images, *, has_background: bool) -> NDArray[np.uint8]:
    """Labels (N, H, W) of logits (N, C, H, W): 0 for the background, 1 for the first label's channel, and so on.

    Args:
        logits: what a network gives.
        has_background: whether the first channel is the background's; else its logit is 0.
    """
    if has_background:
        logits = logits[:, 1:] - logits[:, :1]
    return labels_of(logits, tuple(range(1, logits.shape[1] + 1)))


_run_once: Callable[[], int]


def _start(contender: Contender, images: Images, threads: int | None) -> NDArray[np.uint8]:
    """In the contender's process: load the model, run it over all slices once, and give their labels (N, H, W)."""
    from LVSegULib.benchmark.ways import open_graph, open_way

    global _run_once
    run = (
        open_graph(contender.path.read_bytes(), contender.way, threads)
        if contender.path.is_file()
        else open_way(open_model(contender.path), contender.way, images, threads)
    )
    batches = [images[start : start + contender.batch] for start in range(0, len(images), contender.batch)]
    position = 0

    def run_once() -> int:
        nonlocal position
        batch = batches[position % len(batches)]
        position += 1
        run(batch)
        return len(batch)

    _run_once = run_once
    return np.concatenate([labels_by_channel(run(batch), has_background=contender.has_background) for batch in batches])


def _round(seconds: float) -> float:
    """In the contender's process: milliseconds per slice over about `seconds`, at least two batches."""
    started, slices, batches = time.perf_counter(), 0, 0
    while batches < 2 or time.perf_counter() - started < seconds:
        slices += _run_once()
        batches += 1
    return 1000 * (time.perf_counter() - started) / slices
