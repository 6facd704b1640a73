"""Do the jobs of a study on the workers of a running Dask scheduler, beside machines that do the same without it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from LVSegULib.cohort.cluster import Workers, connected
from LVSegULib.cohort.handing import Death, Handing
from LVSegULib.errors import EngineError, InputError
from LVSegULib.study.agenda import Agenda
from LVSegULib.study.claim import Claims, is_claimed
from LVSegULib.study.cost import Clock
from LVSegULib.study.job import has_failed, is_finished, write_error
from LVSegULib.study.plan import RUN, Job
from LVSegULib.study.task import Order, do_job
from LVSegULib.study.work import Status, Watch
from LVSegULib.training.log import read_log
from LVSegULib.training.recorder import LOG

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
        self._begun: set[str] = set()
        self._unseen: list[tuple[Job, bool, float]] = []
        self._workers, self._is_warned = 0, False

    def run(self) -> None:
        """Do every job that is not done, and wait for those that other machines have; failed ones are tried again.

        A job that fails leaves its error, and the rest go on. Whatever stops this, what a worker has begun it finishes.
        A job that several workers died of is tried again at the end, alone.

        Raises:
            EngineError: there is no scheduler, it is gone, or the workers cannot do the jobs.
            UsageError: the workers have another LVSegU, or do not see the study's folder.
        """
        if not self._agenda:
            return
        with connected(Workers(scheduler=self.address)) as client:
            handing: Handing[Job, bool] = Handing(client, "run")
            try:
                while self._agenda:
                    self._hand_out(handing)
                    self.watch.status(self._status(handing.items))
                    for job, came in handing.ended():
                        self._take(job, came)
                    self._see()
            finally:
                handing.drop()

    def _hand_out(self, handing: Handing[Job, bool]) -> None:
        """Give each worker a job: more would wait behind it while another worker is free, and share its fate."""
        room = self._count(handing) - len(handing.items)
        for job in self._agenda.ready():
            if room <= 0 or handing.is_one_alone:
                break
            claim = self._claims.take(self.out / job.folder)
            if claim is not None:  # nobody who lives has it
                claim.release()
                self._agenda.begin(job)
                handing.hand_out(job, do_job, self._order)
                room -= 1
        if (suspect := handing.take_suspect()) is not None:
            handing.hand_out(suspect, do_job, self._order)

    def _count(self, handing: Handing[Job, bool]) -> int:
        """How many workers there are."""
        self._workers = len(handing.threads())
        if not self._workers and not self._is_warned:
            self.watch.warn(f"no worker yet at the scheduler {self.address}: waiting for one")
            self._is_warned = True
        return self._workers

    def _take(self, job: Job, came: bool | Death) -> None:
        if isinstance(came, Death):
            self._bury(job, came)
        self._unseen.append((job, came is not True, time.monotonic()))

    def _bury(self, job: Job, death: Death) -> None:
        claim = self._claims.take(self.out / job.folder)
        if claim is not None:
            claim.release()
        write_error(self.out / job.folder, InputError(str(death)))

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

    def _status(self, handed: Sequence[Job]) -> Status:
        """How far it is; steps are those of the last validation."""
        running = [job for job in handed if is_claimed(self.out / job.folder)]
        for job in running:
            if job.folder not in self._begun:
                self._begun.add(job.folder)
                self._clock.started(job)
        self._clock.workers = max(1, len(running))
        steps = [(job, self._steps(job)) for job in running]
        waiting = [job for job in self._agenda.open if self._agenda.can_begin(job)]
        elsewhere = len(waiting) if len(handed) < self._workers else 0
        left = self._clock.seconds_left(self._agenda.open, steps)
        lines = tuple((job.title, step, job.steps) for job, step in steps)
        return Status(self._agenda.done, len(self.jobs), lines, elsewhere, left)

    def _steps(self, job: Job) -> int:
        rows = read_log(self.out / job.folder / RUN / LOG, job.steps)
        return rows[-1].step if rows else 0
