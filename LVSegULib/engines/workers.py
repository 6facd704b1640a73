"""Run slices in parallel, each few of them on a processor thread of their own.

A small network's layers are too short to be shared among threads: they would wait for each other after every layer.
A few slices at a time per thread scale better, and fit into its cache.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import UsageError

Images = NDArray[np.float32]
"""Slices (N, 1, H, W) in 0..1, or what a network makes of them (N, C, H, W)."""

PER_RUN = 4
"""Slices that a thread takes at once: enough that starting a run costs little, few enough to stay in the cache."""

RUNS_EACH = 2
"""Runs of each thread in a batch, so that one that is late does not keep the others waiting for long."""


def available_threads() -> int:
    """The processor threads that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_threads(threads: int | None) -> None:
    """Refuse a number of threads that this machine does not have; None is all of them.

    Raises:
        UsageError: fewer than one, or more than there are.
    """
    most = os.cpu_count() or 1
    if threads is not None and not 1 <= threads <= most:
        raise UsageError(f"threads must lie between 1 and {most}, the processors of this machine, got {threads}")


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """PyTorch shares each layer among `count` threads, 0 leaves it as it is; afterwards among as many as before."""
    import torch

    before = torch.get_num_threads()
    if count:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Workers:
    """Threads that each run some of the slices.

    Attributes:
        batch: slices to give at once, so that every thread has enough to do.
    """

    def __init__(self, run: Callable[[Images], Images], threads: int | None = None) -> None:
        """Threads that call `run` with slices (N, 1, H, W) and get logits (N, C, H, W); None: all there are."""
        self._run, self._count = run, threads or available_threads()
        self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="lvsegu")
        self.batch = PER_RUN * RUNS_EACH * self._count

    def __call__(self, images: Images) -> Images:
        """Logits of `images`, in their order; the first error of a run is raised."""
        size = max(1, min(PER_RUN, -(-len(images) // self._count)))
        if len(images) <= size:
            return self._run(images)
        return np.concatenate(
            list(self._pool.map(self._run, [images[at : at + size] for at in range(0, len(images), size)]))
        )
