"""Time every engine on a model and on the classic U-Net, in one run on the same slices, in turn.

Each engine and network runs in a process of its own, so that its peak memory is its own; the processes take turns,
round by round, so that a machine whose speed drifts treats all alike.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from LVSegULib.benchmark.memory import peak_memory_mb
from LVSegULib.modelfolder.folder import open_model

Images = NDArray[np.float32]


@dataclass(frozen=True)
class Contender:
    """One row of the benchmark: an engine running the model in a folder."""

    label: str
    folder: Path
    engine: str
    batch: int


@dataclass(frozen=True)
class Timing:
    """What was measured.

    Attributes:
        contender: who.
        ms_per_slice: median over the rounds.
        fastest_ms, slowest_ms: of the rounds.
        peak_memory_mb: of the contender's own process, libraries included.
    """

    contender: Contender
    ms_per_slice: float
    fastest_ms: float
    slowest_ms: float
    peak_memory_mb: float

    @property
    def slices_per_second(self) -> float:
        """Slices per second at the median."""
        return 1000 / self.ms_per_slice


def bench(
    contenders: Sequence[Contender],
    images: Images,
    *,
    threads: int | None = None,
    rounds: int = 5,
    seconds_per_round: float = 1.0,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Timing]:
    """Time `contenders` on `images` (N, 1, H, W), in turn, `rounds` times, after one run that does not count."""
    pools = [ProcessPoolExecutor(1, mp_context=get_context("spawn")) for _ in contenders]
    try:
        for pool, contender in zip(pools, contenders, strict=True):
            progress(f"warming up {contender.label}")
            pool.submit(_start, contender, images, threads).result()
        samples: list[list[float]] = [[] for _ in contenders]
        for number in range(rounds):
            for pool, contender, sample in zip(pools, contenders, samples, strict=True):
                progress(f"round {number + 1} of {rounds}: {contender.label}")
                sample.append(pool.submit(_round, seconds_per_round).result())
        peaks = [pool.submit(peak_memory_mb).result() for pool in pools]
    finally:
        for pool in pools:
            pool.shutdown(cancel_futures=True)
    return [
        Timing(contender, statistics.median(sample), min(sample), max(sample), peak)
        for contender, sample, peak in zip(contenders, samples, peaks, strict=True)
    ]


_run_once: Callable[[], int]


def _start(contender: Contender, images: Images, threads: int | None) -> None:
    """In the contender's process: load the model and run it once."""
    from LVSegULib.engines.base import open_engine

    global _run_once
    engine = open_engine(open_model(contender.folder), contender.engine, threads)
    batches = [images[start : start + contender.batch] for start in range(0, len(images), contender.batch)]
    position = 0

    def run_once() -> int:
        nonlocal position
        batch = batches[position % len(batches)]
        position += 1
        engine.logits(batch)
        return len(batch)

    _run_once = run_once
    run_once()


def _round(seconds: float) -> float:
    """In the contender's process: milliseconds per slice over about `seconds`, at least two batches."""
    started, slices, batches = time.perf_counter(), 0, 0
    while batches < 2 or time.perf_counter() - started < seconds:
        slices += _run_once()
        batches += 1
    return 1000 * (time.perf_counter() - started) / slices
