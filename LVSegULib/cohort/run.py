"""Hand the cases of a cohort out to Dask's workers, a few at a time, and take back what became of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from LVSegULib.cohort.case import Case
from LVSegULib.cohort.handing import Death, Handing
from LVSegULib.cohort.manifest import FAILED, Ending
from LVSegULib.cohort.task import Job, do_case

if TYPE_CHECKING:
    from distributed import Client

CASES_PER_THREAD = 3
"""Cases that are handed out for each thread: one being done, and enough that none waits for the next."""


@dataclass
class Run:
    """The cases being done.

    Attributes:
        client: of the workers.
        job: what the workers need to know.
        handed_out: called with the cases that are about to be handed out.
        ended: called with each case and what became of it; may raise to stop the run.
        waiting: called with the number of threads while cases are waited for; may raise to stop the run.
        patience_seconds: how long to wait while there is no worker.
    """

    client: Client
    job: Job
    handed_out: Callable[[Sequence[Case]], None]
    ended: Callable[[Case, Ending], None]
    waiting: Callable[[int], None] = lambda _: None
    patience_seconds: float = math.inf

    def __post_init__(self) -> None:
        self._handing: Handing[Case, Ending] = Handing(self.client, "case", self.patience_seconds)

    def __call__(self, cases: Sequence[Case]) -> None:
        """Do `cases`. Whatever stops this, cases that were begun may still be finished by the workers.

        A case that several workers died of is tried again at the end, alone.

        Raises:
            EngineError: the scheduler is gone, or the workers are.
            LVSegUError: the workers cannot do the cases, see `do_case`.
        """
        left = iter(cases)
        try:
            self._hand_out(left)
            while self._handing.items:
                for case, came in self._handing.ended():
                    self.ended(case, _died(case, came) if isinstance(came, Death) else came)
                self.waiting(self._count())
                self._hand_out(left)
        finally:
            self._handing.drop()

    def in_work(self) -> list[str]:
        """The names of the cases that are handed out."""
        return [case.name for case in self._handing.items]

    def _hand_out(self, left: Iterator[Case]) -> None:
        room = max(1, self._count()) * CASES_PER_THREAD - len(self._handing.items)
        cases = list(itertools.islice(left, max(0, room)))
        if not cases and (suspect := self._handing.take_suspect()) is not None:
            cases.append(suspect)
        if not cases:
            return
        self.handed_out(cases)
        for case in cases:
            self._handing.hand_out(case, do_case, self.job)

    def _count(self) -> int:
        """How many threads the workers have."""
        return sum(self._handing.threads())


def _died(case: Case, death: Death) -> Ending:
    return Ending(FAILED, f"{case.found.path}: {death}", "", "", None, {"worker": death.worker})
