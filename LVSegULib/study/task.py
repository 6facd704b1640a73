"""One job of a study on a worker of Dask: in the worker's own process, which may have no children."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from LVSegULib import __version__
from LVSegULib.errors import UsageError
from LVSegULib.study.claim import BEAT_SECONDS, Claim, Claims
from LVSegULib.study.job import ERROR, Tell, is_finished, run_job, write_error
from LVSegULib.study.plan import PLAN, Job

LOOK_SECONDS = 1.0
"""Time between two looks at a job that another process has."""

_one_at_a_time = threading.Lock()
"""PyTorch's seed and its number of threads are those of the process."""


@dataclass(frozen=True)
class Order:
    """What a worker needs to know beside the job.

    Attributes:
        places: the folder of each data set.
        out: the study's folder.
        version: the LVSegU that hands the jobs out.
    """

    places: Mapping[str, Path]
    out: Path
    version: str = __version__


class _TakenOver(Exception):
    """Another process has the job now."""


def do_job(job: Job, order: Order) -> bool:
    """Do one job, or wait for the living process that has it; what goes wrong with it becomes its error.

    Returns:
        Whether it has figures; else it has left its error.

    Raises:
        UsageError: this worker has another LVSegU, or does not see the study's folder.
        OutputError: the study's folder cannot be written.
    """
    _check(order)
    folder, claims = order.out / job.folder, Claims()
    with _one_at_a_time:
        while not is_finished(folder):
            claim = claims.take(folder)
            if claim is None:
                time.sleep(LOOK_SECONDS)
            elif _do(job, order, claim):
                break
    return is_finished(folder)


def _check(order: Order) -> None:
    host = socket.gethostname()
    if order.version != __version__:
        raise UsageError(f"{host} has LVSegU {__version__}, the study is run by {order.version}: install the same")
    if not (order.out / PLAN).is_file():
        raise UsageError(
            f"{host} does not see {order.out / PLAN}: give an --out on a disk that all machines share, with one path"
        )


def _do(job: Job, order: Order, claim: Claim) -> bool:
    """Bring the job to an end; false if it was taken over by another process on the way."""
    folder, threads = order.out / job.folder, torch.get_num_threads()
    with _kept(claim) as tell:
        try:
            if not is_finished(folder):  # by another machine, just now
                (folder / ERROR).unlink(missing_ok=True)
                run_job(job, order.places, order.out, tell)
        except Exception as error:
            if not claim.beat():
                return False
            write_error(folder, error)
        finally:
            torch.set_num_threads(threads)
    return True


@contextmanager
def _kept(claim: Claim) -> Iterator[Tell]:
    """Give signs of life until the end, then let go of the job; what is given stops a job that was taken over."""
    is_over, is_lost = threading.Event(), threading.Event()

    def beat() -> None:
        while not is_over.wait(BEAT_SECONDS):
            if not claim.beat():
                is_lost.set()

    def tell(_step: int) -> None:
        if is_lost.is_set():
            raise _TakenOver

    beating = threading.Thread(target=beat, daemon=True)
    beating.start()
    try:
        yield tell
    finally:
        is_over.set()
        beating.join()
        claim.release()
