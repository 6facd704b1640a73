"""A worker thread with its progress and outcome, asked from the main thread; neither MRML nor Qt is touched in it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from LVSegULib.errors import Cancelled

Report = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and the name of the step."""

CANCELLED = "Cancelled"
"""What who waits for the end is told of work that was cancelled; `messages.inUsersWords` says it in his language."""

Result = TypeVar("Result")


class Job(Generic[Result]):
    """Runs `work` in a thread of its own.

    Slicer's event loop holds Python's lock, so that other threads stand still while no Python code runs on the main
    thread. `wait` hands the lock over: call it often, and let it wait for most of the time.
    """

    def __init__(self, work: Callable[[Report], Result]) -> None:
        self._work = work
        self._reports: SimpleQueue[tuple[float, str] | None] = SimpleQueue()
        self._isCancelled = threading.Event()
        self._result: Result | None = None
        self._error: BaseException | None = None
        self._isDone = False
        # A daemon, so that Slicer can be left while it works.
        self._thread = threading.Thread(target=self._run, name="LVSegU", daemon=True)

    def start(self) -> None:
        """Let the thread begin."""
        self._thread.start()

    def cancel(self) -> None:
        """Stop at the next report; `result` then raises Cancelled, unless the work was done before."""
        self._isCancelled.set()

    @property
    def isCancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._isCancelled.is_set()

    @property
    def isDone(self) -> bool:
        """Whether `wait` has seen the end of the work."""
        return self._isDone

    def wait(self, longest_s: float) -> tuple[float, str] | None:
        """Let the thread work for `longest_s`, or less if it ends; returns its latest report, if there is any."""
        latest = None
        end = time.monotonic() + longest_s
        while not self._isDone:
            try:
                report = self._reports.get(timeout=max(0.0, end - time.monotonic()))
            except Empty:
                break
            if report is None:
                self._thread.join()
                self._isDone = True
            else:
                latest = report
        return latest

    def result(self) -> Result:
        """What `work` returned, once `isDone`; raises what it raised.

        Raises:
            Cancelled: `cancel` was called.
        """
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]

    def checkCancelled(self) -> None:
        """Stop if `cancel` was called.

        Raises:
            Cancelled: it was.
        """
        if self.isCancelled:
            raise Cancelled("cancelled")

    def _run(self) -> None:
        try:
            self._result = self._work(self._report)
        except BaseException as error:  # whatever it is, the main thread raises it
            self._error = error
        finally:
            self._reports.put(None)

    def _report(self, share: float, step: str) -> None:
        self.checkCancelled()
        self._reports.put((share, step))
