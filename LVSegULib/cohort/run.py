"""Hand the cases of a cohort out to Dask's workers, a few at a time, and take back what became of them."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from LVSegULib.cohort.case import Case
from LVSegULib.cohort.manifest import FAILED, Ending
from LVSegULib.cohort.task import Job, do_case
from LVSegULib.errors import EngineError, LVSegUError

if TYPE_CHECKING:
    from distributed import Client, Future

CASES_PER_THREAD = 3
"""Cases that are handed out for each thread: one being done, and enough that none waits for the next."""

COUNT_SECONDS = 5.0
"""Time between two looks at how many threads there are."""


@dataclass
class Run:
    """The cases being done.

    Attributes:
        client: of the workers.
        job: what the workers need to know.
        handed_out: called with the cases that are about to be handed out.
        ended: called with each case and what became of it; may raise to stop the run.
        waiting: called with the number of threads while cases are waited for; may raise to stop the run.
    """

    client: Client
    job: Job
    handed_out: Callable[[Sequence[Case]], None]
    ended: Callable[[Case, Ending], None]
    waiting: Callable[[int], None] = lambda _: None
    _open: dict[Future[Ending], Case] = field(default_factory=dict, init=False)
    _suspects: deque[Case] = field(default_factory=deque, init=False)
    _alone: Case | None = field(default=None, init=False)
    _threads: int = field(default=0, init=False)
    _counted: float = field(default=-COUNT_SECONDS, init=False)

    def __call__(self, cases: Sequence[Case]) -> None:
        """Do `cases`. Whatever stops this, cases that were begun may still be finished by the workers.

        A case that several workers died of is tried again at the end, alone: Dask blames all that a worker had, and
        workers are killed for other reasons too.

        Raises:
            EngineError: the scheduler is gone.
            LVSegUError: the workers cannot do the cases, see `do_case`.
        """
        from distributed import TimeoutError as NothingEnded
        from distributed import wait

        left = iter(cases)
        try:
            self._hand_out(left)
            while self._open:
                try:
                    ended = wait(list(self._open), timeout=1, return_when="FIRST_COMPLETED").done
                except NothingEnded:
                    ended = set()
                except CancelledError as error:
                    raise self._is_gone() from error
                for future in ended:
                    self._take(future)
                self._check()
                self.waiting(self._threads)
                self._hand_out(left)
        finally:
            self._drop()

    def in_work(self) -> list[str]:
        """The names of the cases that are handed out."""
        return [case.name for case in self._open.values()]

    def _hand_out(self, left: Iterator[Case]) -> None:
        room = max(1, self._count()) * CASES_PER_THREAD - len(self._open)
        cases = list(itertools.islice(left, max(0, room)))
        if not cases and not self._open and self._suspects:
            self._alone = self._suspects.popleft()
            cases.append(self._alone)
        if not cases:
            return
        self.handed_out(cases)
        for case in cases:
            future = self.client.submit(do_case, case, self.job, pure=False)
            self._open[future] = case

    def _count(self) -> int:
        """How many threads the workers have; they may come and go."""
        if time.monotonic() - self._counted > COUNT_SECONDS:
            self._threads = sum(self.client.nthreads().values())
            self._counted = time.monotonic()
        return self._threads

    def _take(self, future: Future[Ending]) -> None:
        from distributed import KilledWorker

        case = self._open.pop(future)
        try:
            ending = future.result()
        except KilledWorker as error:
            if case is not self._alone:
                self._suspects.append(case)
                return
            deaths = "the worker died each time it tried this case: out of memory, or a crash in a library"
            ending = Ending(
                FAILED, f"{case.found.path}: {deaths}", "", "", None, {"worker": str(error.last_worker.address)}
            )
        except CancelledError as error:
            raise self._is_gone() from error
        except LVSegUError:
            raise
        except Exception as error:
            raise EngineError(f"the workers cannot do the cases: {type(error).__name__}: {error}") from error
        self.ended(case, ending)

    def _check(self) -> None:
        if self.client.status not in ("running", "connecting"):
            raise self._is_gone()

    def _is_gone(self) -> EngineError:
        return EngineError("the Dask scheduler is gone: nothing is lost, start it again and run the same command")

    def _drop(self) -> None:
        """Take back what no worker has begun."""
        if self._open and self.client.status == "running":
            self.client.cancel(list(self._open))
