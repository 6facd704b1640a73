"""Has several workers read the inputs of a run, and gathers what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait

from Testing.fuzz.judge import Reader, read_as_users_do
from Testing.fuzz.worker import Report, Worker

SECONDS = 30.0
"""No input may take longer, on a busy machine too; on an idle one the slowest takes 5 s."""

_PATIENCE_SECONDS = 0.2


def campaign(
    indices: Iterable[int],
    seed: int,
    workers: int = 1,
    *,
    read: Reader = read_as_users_do,
    seconds: float = SECONDS,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Report]:
    """Read the inputs of these numbers; the reports are in the order of the numbers."""
    waiting, reports = iter(indices), []
    with _started(workers, read, seed, seconds) as team:
        while True:
            for worker in team:
                if worker.is_idle and (index := next(waiting, None)) is not None:
                    worker.give(index)
            busy = [worker for worker in team if not worker.is_idle]
            if not busy:
                return sorted(reports, key=lambda report: report.index)
            wait([worker.connection for worker in busy], _PATIENCE_SECONDS)
            reports += [report for worker in busy if (report := worker.collect()) is not None]
            progress(len(reports))


@contextmanager
def _started(workers: int, read: Reader, seed: int, seconds: float) -> Iterator[list[Worker]]:
    team = [Worker(read, seed, seconds) for _ in range(workers)]
    try:
        yield team
    finally:
        for worker in team:
            worker.stop()
