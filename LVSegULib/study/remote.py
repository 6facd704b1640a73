"""Do the jobs of a study on the workers of a running Dask scheduler, beside machines that do the same without it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.cohort.cluster import Workers, connected
from LVSegULib.errors import EngineError, InputError, LVSegUError
from LVSegULib.study.agenda import Agenda
from LVSegULib.study.claim import Claims, is_claimed
from LVSegULib.study.cost import Clock
from LVSegULib.study.job import has_failed, is_finished, write_error
from LVSegULib.study.plan import RUN, Job
from LVSegULib.study.task import Order, do_job
from LVSegULib.study.work import Status, Watch
from LVSegULib.training.log import read_log
from LVSegULib.training.run import LOG

if TYPE_CHECKING:
    from distributed import Client, Future

LOOK_SECONDS = 1.0
"""Time between two looks at what the workers and other machines have done."""

COUNT_SECONDS = 5.0
"""Time between two looks at how many workers there are."""

SEEN_SECONDS = 120.0
"""A network disk may show so much later what another machine has written."""


@dataclass
class RemoteWork:
    """The jobs of a study being done by Dask's workers, one for each; see `Work`.

    Attributes:
        jobs: the jobs; what a job needs comes before it.
        places: the folder of each data set, the same on every machine.
        out: the study's folder, the same on every machine; its plan is written.
        address: of the scheduler.
        watch: who is told.
    """

    jobs: Sequence[Job]
    places: Mapping[str, Path]
    out: Path
    address: str
    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        self._agenda, self._claims, self._clock = Agenda(self.jobs, self.out), Claims(), Clock(1)
        self._order = Order(dict(self.places), self.out)
        self._handed: dict[Future[bool], Job] = {}
        self._begun: set[str] = set()
        self._suspects: deque[Job] = deque()
        self._alone: Job | None = None
        self._unseen: list[tuple[Job, bool, float]] = []
        self._workers, self._counted, self._is_warned = 0, -COUNT_SECONDS, False

    def run(self) -> None:
        """Do every job that is not done, and wait for those that other machines have; failed ones are tried again.

        A job that fails leaves its error, and the rest go on. Whatever stops this, what a worker has begun it finishes.
        A job that several workers died of is tried again at the end, alone: Dask blames all that a worker had, and
        workers are killed for other reasons too.

        Raises:
            EngineError: there is no scheduler, it is gone, or the workers cannot do the jobs.
            UsageError: the workers have another LVSegU, or do not see the study's folder.
        """
        if not self._agenda:
            return
        with connected(Workers(scheduler=self.address)) as client:
            try:
                while self._agenda:
                    self._hand_out(client)
                    self.watch.status(self._status())
                    for future in self._ended():
                        self._take(future)
                    self._see()
                    if client.status not in ("running", "connecting"):
                        raise _is_gone()
            finally:
                if self._handed and client.status == "running":
                    client.cancel(list(self._handed))

    def _hand_out(self, client: Client) -> None:
        """Give each worker a job: more would wait behind it while another worker is free, and share its fate."""
        room = self._count(client) - len(self._handed)
        for job in self._agenda.ready():
            if room <= 0 or self._alone is not None:
                break
            claim = self._claims.take(self.out / job.folder)
            if claim is not None:  # nobody who lives has it
                claim.release()
                self._agenda.begin(job)
                self._submit(client, job)
                room -= 1
        if not self._handed and self._suspects:
            self._alone = self._suspects.popleft()
            self._submit(client, self._alone)

    def _submit(self, client: Client, job: Job) -> None:
        self._handed[client.submit(do_job, job, self._order, pure=False)] = job

    def _count(self, client: Client) -> int:
        """How many workers there are; they may come and go."""
        if time.monotonic() - self._counted > COUNT_SECONDS:
            try:
                self._workers = len(client.nthreads())
            except OSError as error:
                raise _is_gone() from error
            self._counted = time.monotonic()
            if not self._workers and not self._is_warned:
                self.watch.warn(f"no worker yet at the scheduler {self.address}: waiting for one")
                self._is_warned = True
        return self._workers

    def _ended(self) -> list[Future[bool]]:
        from distributed import TimeoutError as NothingEnded
        from distributed import wait

        if not self._handed:
            time.sleep(LOOK_SECONDS)
            return []
        try:
            wait(list(self._handed), timeout=LOOK_SECONDS, return_when="FIRST_COMPLETED")
        except NothingEnded:
            return []
        except CancelledError as error:
            raise _is_gone() from error
        return [future for future in self._handed if future.done()]

    def _take(self, future: Future[bool]) -> None:
        from distributed import KilledWorker

        job = self._handed.pop(future)
        is_alone, self._alone = job is self._alone, None
        try:
            failed = not future.result()
        except KilledWorker:
            if not is_alone:
                self._suspects.append(job)
                return
            self._bury(job)
            failed = True
        except CancelledError as error:
            raise _is_gone() from error
        except LVSegUError:
            raise
        except Exception as error:
            raise EngineError(f"the workers cannot do the runs: {type(error).__name__}: {error}") from error
        self._unseen.append((job, failed, time.monotonic()))

    def _bury(self, job: Job) -> None:
        claim = self._claims.take(self.out / job.folder)
        if claim is not None:
            claim.release()
        deaths = "the worker died each time it tried this run: out of memory, or a crash in a library"
        write_error(self.out / job.folder, InputError(deaths))

    def _see(self) -> None:
        """Wait until the files of what has ended are seen here too: other jobs and the report need them."""
        for one in tuple(self._unseen):
            job, failed, since = one
            if (has_failed if failed else is_finished)(self.out / job.folder):
                self._unseen.remove(one)
                self._agenda.end(job)
                if job.folder in self._begun:
                    self._clock.ended(job)
                self.watch.ended(job, failed=failed)
            elif time.monotonic() - since > SEEN_SECONDS:
                raise EngineError(
                    f"{job.title}: done by a worker, but not to be seen in {self.out}: give an --out on a disk that "
                    "all machines share, with one path"
                )

    def _status(self) -> Status:
        """How far it is; steps are those of the last validation."""
        running = [job for job in self._handed.values() if is_claimed(self.out / job.folder)]
        for job in running:
            if job.folder not in self._begun:
                self._begun.add(job.folder)
                self._clock.started(job)
        self._clock.workers = max(1, len(running))
        steps = [(job, self._steps(job)) for job in running]
        waiting = [job for job in self._agenda.open if self._agenda.can_begin(job)]
        elsewhere = len(waiting) if len(self._handed) < self._workers else 0
        left = self._clock.seconds_left(self._agenda.open, steps)
        lines = tuple((job.title, step, job.steps) for job, step in steps)
        return Status(self._agenda.done, len(self.jobs), lines, elsewhere, left)

    def _steps(self, job: Job) -> int:
        rows = read_log(self.out / job.folder / RUN / LOG, job.steps)
        return rows[-1].step if rows else 0


def _is_gone() -> EngineError:
    return EngineError("the Dask scheduler is gone: nothing is lost, start it again and run the same command")
