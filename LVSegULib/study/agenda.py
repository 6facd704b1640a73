"""What is left of a study's jobs: which can be begun, which are being done, which have ended, here or elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from LVSegULib.study.job import has_failed, is_finished
from LVSegULib.study.plan import Job


class Agenda:
    """The jobs of a study, seen from one command; what has failed before is to be tried again.

    Attributes:
        jobs: all; what a job needs comes before it.
        out: the study's folder.
        open: those that are neither done nor in our hands.
        busy: those that are in our hands.
    """

    def __init__(self, jobs: Sequence[Job], out: Path) -> None:
        self.jobs, self.out = jobs, out
        self.open = [job for job in jobs if not is_finished(out / job.folder)]
        self.busy: list[Job] = []
        self._earlier_errors = {job.folder for job in self.open if has_failed(out / job.folder)}

    def __bool__(self) -> bool:
        """Whether anything is left."""
        return bool(self.open or self.busy)

    @property
    def done(self) -> int:
        """Jobs that have come to an end."""
        return len(self.jobs) - len(self.open) - len(self.busy)

    def ready(self) -> Iterator[Job]:
        """The jobs that can be begun; those that others have brought to an end are open no more."""
        for job in tuple(self.open):
            if self.has_ended(job.folder):
                self.open.remove(job)
            elif self.can_begin(job):
                yield job

    def can_begin(self, job: Job) -> bool:
        """Whether what it needs has come to an end."""
        return all(map(self.has_ended, job.needs))

    def has_ended(self, folder: str) -> bool:
        """Whether the job of `folder` has figures, or an error that is not from before."""
        if any(job.folder == folder for job in self.busy):
            return False
        failed = folder not in self._earlier_errors and has_failed(self.out / folder)
        return failed or is_finished(self.out / folder)

    def begin(self, job: Job) -> None:
        """It is in our hands."""
        self.open.remove(job)
        self.busy.append(job)

    def end(self, job: Job) -> None:
        """It has come to an end; an error that it has left is from now."""
        self.busy.remove(job)
        self._earlier_errors.discard(job.folder)

    def give_back(self, job: Job) -> None:
        """Another machine has it now."""
        self.busy.remove(job)
        self.open.append(job)
