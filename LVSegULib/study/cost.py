"""How long the rest of a study will take: what a job costs by its settings, and what that came to so far."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from LVSegULib.network.config import UNetConfig, count_multiply_adds
from LVSegULib.study.plan import Job

PIXEL_COST = 10_000.0
"""What a pixel of a training slice costs besides its multiply-adds, in multiply-adds; good enough to forecast."""

START_COST = 7e11
"""What reading the data and judging cost, in multiply-adds of training."""


def cost(job: Job) -> float:
    """What `job` costs, in units that only compare jobs."""
    if job.mirrored:
        return START_COST
    settings = job.settings
    network = UNetConfig.from_levels(settings["filters"], output_channels=len(settings["labels"]))
    pixels = job.steps * int(settings["batch_size"]) * int(settings["crop"]) ** 2
    return START_COST + 3 * pixels * (count_multiply_adds(network) + PIXEL_COST)


@dataclass
class Clock:
    """Estimates the time left; `workers` is how many jobs run at once."""

    workers: int
    _started: dict[str, float] = field(default_factory=dict)
    _cost_done: float = 0.0
    _seconds_done: float = 0.0

    def started(self, job: Job) -> None:
        """A job starts."""
        self._started[job.folder] = time.monotonic()

    def ended(self, job: Job) -> None:
        """A job has ended."""
        self._seconds_done += time.monotonic() - self._started.pop(job.folder)
        self._cost_done += cost(job)

    def seconds_left(self, jobs: Iterable[Job], running: Iterable[tuple[Job, int]]) -> float | None:
        """Time for `jobs` and the rest of those that are `running`, each with its steps done; None if unknown yet."""
        if not self._cost_done:
            return None
        ahead = sum(map(cost, jobs))
        ahead += sum(cost(job) * (1 - min(1.0, step / job.steps)) for job, step in running)
        return ahead * self._seconds_done / self._cost_done / self.workers
