"""Do the jobs of a study, several at once, beside other machines that do the same; what is done is not done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

from LVSegULib.study.agenda import Agenda
from LVSegULib.study.claim import BEAT_SECONDS, Claim, Claims
from LVSegULib.study.cost import Clock
from LVSegULib.study.job import ERROR, has_failed
from LVSegULib.study.plan import Job
from LVSegULib.study.process import Running, start

LOOK_SECONDS = 0.5
"""Time between two looks at what the processes and other machines have done."""

_AT_ONCE = 60
"""Processes whose end is waited for; Windows takes 63. The others are looked at every `LOOK_SECONDS`."""


@dataclass(frozen=True)
class Status:
    """How far the study is.

    Attributes:
        done: jobs that have come to an end.
        total: jobs in all.
        running: what runs here, or on our workers: title, steps done, steps in all.
        elsewhere: jobs that could be done but are in other hands.
        seconds_left: estimated time; None before the first job has shown how long one takes.
    """

    done: int
    total: int
    running: tuple[tuple[str, int, int], ...]
    elsewhere: int
    seconds_left: float | None


@dataclass(frozen=True)
class Watch:
    """Who is told; every call may raise to stop the work.

    Attributes:
        say: a line about what happened.
        status: how far it is, about once a second.
        warn: a line about what somebody should see to.
    """

    say: Callable[[str], None] = lambda _: None
    status: Callable[[Status], None] = lambda _: None
    warn: Callable[[str], None] = lambda _: None

    def ended(self, job: Job, *, failed: bool) -> None:
        """Say what became of a job."""
        self.say(f"{job.title}: {'failed' if failed else 'done'}")


@dataclass
class Work:
    """The jobs of a study being done here.

    Attributes:
        jobs: the jobs; what a job needs comes before it.
        places: the folder of each data set.
        out: the study's folder.
        workers: processes at once.
        watch: who is told.
    """

    jobs: Sequence[Job]
    places: Mapping[str, Path]
    out: Path
    workers: int
    watch: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        self._agenda = Agenda(self.jobs, self.out)
        self._running: list[Running] = []
        self._claims, self._clock = Claims(), Clock(self.workers)
        self._beat_at = time.monotonic()

    def run(self) -> None:
        """Do every job that is not done, and wait for those that other machines have; failed ones are tried again.

        A job that fails leaves its error, and the rest go on. Whatever stops this stops the processes too; what they
        have done so far is kept.
        """
        try:
            while self._agenda:
                self._start_some()
                self.watch.status(self._status())
                self._wait()
                self._look()
        finally:
            for one in self._running:
                one.process.terminate()
            for one in self._running:
                one.stop()

    def _wait(self) -> None:
        if self._running:
            wait([one.sentinel for one in self._running[:_AT_ONCE]], LOOK_SECONDS)
        elif self._agenda.open:
            time.sleep(LOOK_SECONDS)

    def _start_some(self) -> None:
        for job in self._agenda.ready():
            if len(self._running) < self.workers:
                claim = self._claims.take(self.out / job.folder)
                if claim is not None:
                    self._start(job, claim)

    def _start(self, job: Job, claim: Claim) -> None:
        if self._agenda.has_ended(job.folder):  # by another machine, just now
            claim.release()
            return
        (self.out / job.folder / ERROR).unlink(missing_ok=True)
        self._running.append(start(job, claim, self.places, self.out))
        self._agenda.begin(job)
        self._clock.started(job)

    def _look(self) -> None:
        is_due = time.monotonic() - self._beat_at > BEAT_SECONDS
        self._beat_at = time.monotonic() if is_due else self._beat_at
        for one in tuple(self._running):
            one.listen()
            if not one.process.is_alive():
                self._running.remove(one)
                one.close(self.out)
                self._agenda.end(one.job)
                self._clock.ended(one.job)
                self.watch.ended(one.job, failed=has_failed(self.out / one.job.folder))
            elif is_due and not one.claim.beat():
                self._running.remove(one)
                one.stop()
                self._agenda.give_back(one.job)
                self.watch.say(f"{one.job.title}: another machine has taken it over")

    def _status(self) -> Status:
        running = tuple((one.job.title, one.step, one.job.steps) for one in self._running)
        waiting = [job for job in self._agenda.open if self._agenda.can_begin(job)]
        elsewhere = len(waiting) if len(self._running) < self.workers else 0
        left = self._clock.seconds_left(self._agenda.open, [(one.job, one.step) for one in self._running])
        return Status(self._agenda.done, len(self.jobs), running, elsewhere, left)
