"""A job in a worker thread, asked by a timer until it is done, failed or cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import qt

from LVSegUSlicer.job import Job, Report
from LVSegUSlicer.messages import explain
from LVSegUSlicer.started_run import LONGEST_POLL_S, PAUSE_MS

Result = TypeVar("Result")


class PolledJob(Generic[Result]):
    """Starts at once.

    Args:
        work: runs in the thread; touches neither MRML nor Qt.
        onProgress: told on the main thread how far it is.
        onDone: called once on the main thread: with the result and "", or None and what happened.
    """

    def __init__(
        self, work: Callable[[Report], Result], onProgress: Report, onDone: Callable[[Result | None, str], None]
    ) -> None:
        self._onProgress, self._onDone = onProgress, onDone
        self._isOver = False
        self._job: Job[Result] = Job(work)
        self._job.start()
        self._timer: Any = qt.QTimer()
        self._timer.connect("timeout()", self._poll)
        self._timer.start(PAUSE_MS)

    def cancel(self) -> None:
        """Stop at the next step; `onDone` gets CANCELLED."""
        self._job.cancel()

    def abandon(self) -> None:
        """Stop at the next step and call nobody any more."""
        self._job.cancel()
        self._end()

    def _poll(self) -> None:
        if self._isOver:
            return
        report = self._job.wait(LONGEST_POLL_S)
        if report is not None and not self._job.isCancelled:
            self._onProgress(*report)
        if self._job.isDone and not self._isOver:  # who was told may have given it up
            self._end()
            self._onDone(*self._outcome())

    def _outcome(self) -> tuple[Result | None, str]:
        try:
            return self._job.result(), ""
        except BaseException as error:  # whatever the thread raised, who waits for the end is told
            return None, explain(error)

    def _end(self) -> None:
        self._isOver = True
        if self._timer is not None:
            self._timer.stop()
            self._timer = None  # it holds `_poll`, and by it all that the work needed
