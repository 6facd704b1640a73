"""A run in a worker thread, asked by a timer until it is done, failed or cancelled; then one call says which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer

from LVSegULib.errors import InputError
from LVSegUSlicer.job import CANCELLED, Job, Report
from LVSegUSlicer.messages import explain
from LVSegUSlicer.request import Results
from LVSegUSlicer.segmentation_run import SegmentationRun
from LVSegUSlicer.worker import Outcome

PAUSE_MS = 5
"""From one poll to the next the application has this long for itself, or longer if it has more to do."""

LONGEST_POLL_S = 0.025
"""A poll lets the worker have Python's lock for this long: most of the time, yet too short to be felt in the panel."""

OnDone = Callable[[Results | None, str], None]


class StartedRun:
    """Call `poll` until it returns True.

    Args:
        run: what to do.
        onProgress: told on the main thread how far it is.
        onDone: called once, before `poll` returns True: with results and "", or None and what happened.
        onEnd: called once before `onDone`, when nothing runs any more.
    """

    def __init__(self, run: SegmentationRun, onProgress: Report, onDone: OnDone, onEnd: Callable[[], None]) -> None:
        self._run = run
        self._onProgress, self._onDone, self._onEnd = onProgress, onDone, onEnd
        self._job: Job[Outcome] = Job(run.work)
        self._reason = ""
        self._isPolled = False
        self._isOver = False
        self._scene = slicer.mrmlScene
        self._observation = self._scene.AddObserver(self._scene.StartCloseEvent, self._onSceneClosed)
        self._job.start()

    def cancel(self, reason: str = "") -> None:
        """Stop at the next step; `onDone` gets `reason`, or CANCELLED."""
        self._reason = self._reason or reason
        self._job.cancel()

    def abandon(self) -> None:
        """Stop at the next step, and call neither `onProgress` nor `onDone` any more; `onEnd` is called at once."""
        self._job.cancel()
        self._close()

    def poll(self) -> bool:
        """Let the worker work, pass on its progress, and if it is done write the results; whether it ended."""
        if self._isPolled:  # a callback lets the application handle its events, this one among them
            return False
        self._isPolled = True
        try:
            self._cancelWithoutInput()
            report = self._job.wait(LONGEST_POLL_S)
            if report is not None and not self._job.isCancelled:
                self._onProgress(*report)
        except Exception as error:  # a fault in a callback must not leave the worker running for ever
            self.cancel(explain(error))
        finally:
            self._isPolled = False
        if self._job.isDone and not self._isOver:
            self._end()
        return self._job.isDone

    def _end(self) -> None:
        self._isPolled = True
        results, text = self._write()
        if not self._isOver:  # it may have been abandoned meanwhile
            self._close()
            self._onDone(results, text)

    def _write(self) -> tuple[Results | None, str]:
        try:
            return self._run.write(self._job.result(), self._reportWriting), ""
        except BaseException as error:  # whatever it is, who waits for the end is told
            return None, self._reason or explain(error)

    def _close(self) -> None:
        if not self._isOver:
            self._isOver = self._isPolled = True
            self._scene.RemoveObserver(self._observation)
            self._onEnd()

    def _reportWriting(self, share: float, step: str) -> None:
        self._job.checkCancelled()
        self._onProgress(share, step)
        # A panel handles its events in between: the user may have cancelled, removed the input or closed the scene.
        self._job.checkCancelled()
        self._run.checkInput()

    def _cancelWithoutInput(self) -> None:
        try:
            self._run.checkInput()
        except InputError as error:
            self.cancel(str(error))

    def _onSceneClosed(self, _caller: Any, _event: Any) -> None:
        self.cancel(CANCELLED)  # whoever closes the scene need not be told that its input is gone
