"""A job in a process of its own: what it does to memory or to the process cannot harm the others.

The process ends when the one that started it ends, however that came about, and cleans up when it is told to stop.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.errors import InputError
from LVSegULib.study.claim import Claim
from LVSegULib.study.job import has_failed, is_finished, run_job, write_error
from LVSegULib.study.plan import Job

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

MESSAGES = "messages.txt"
GRACE_SECONDS = 20.0
"""A step of a large network may take this long before a process can stop."""


@dataclass
class Running:
    """A job that is being done.

    Attributes:
        job: the job.
        claim: what keeps others from it.
        process: who does it.
        step: steps that are done.
    """

    job: Job
    claim: Claim
    process: BaseProcess
    _channel: Connection = field(repr=False)
    step: int = 0

    def listen(self) -> None:
        """Take what the process has told."""
        with suppress(EOFError, OSError):
            while self._channel.poll():
                self.step = int(self._channel.recv())

    @property
    def sentinel(self) -> int:
        """What `multiprocessing.connection.wait` takes; ready when the process has ended."""
        return self.process.sentinel

    def close(self, out: Path) -> None:
        """After the process has ended: note a failure that it could not note itself, and let go of the job."""
        self.process.join()
        folder, code = out / self.job.folder, self.process.exitcode
        if not is_finished(folder) and not has_failed(folder):
            how = f"was killed by signal {-code}, for want of memory?" if code and code < 0 else f"ended with {code}"
            write_error(folder, InputError(f"its process {how}: see {self.job.folder}/{MESSAGES}"))
        self.abandon()

    def stop(self) -> None:
        """Make the process stop, and let go of the job."""
        self.process.terminate()
        self.process.join(GRACE_SECONDS)
        self.process.kill()
        self.process.join()
        self.abandon()

    def abandon(self) -> None:
        """Let go of the job."""
        self._channel.close()
        self.claim.release()


def start(job: Job, claim: Claim, places: Mapping[str, Path], out: Path) -> Running:
    """Do `job` in a process of its own; see `run_job`."""
    context = _context()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, dict(places), out, theirs), daemon=True)
    process.start()
    theirs.close()
    return Running(job, claim, process, ours)


def _context() -> ForkServerContext | SpawnContext:
    """Processes that share nothing; on Linux they are forked from one that has imported PyTorch already."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["LVSegULib.study.job"])
    return context


def _work(job: Job, places: Mapping[str, Path], out: Path, channel: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; who started this one decides
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder = out / job.folder
    with (folder / MESSAGES).open("a", encoding="utf-8") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    try:
        run_job(job, places, out, channel.send)
    except Exception as error:
        write_error(folder, error)


def _leave(_signal: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
