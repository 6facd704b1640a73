"""Apply that turns into Cancel, the progress bar, the time left, and the status line."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from LVSegUSlicer.messages import asToolTip

SOONEST_ESTIMATE_S = 1.0
"""No time left is shown before this, for the first steps say little about the others."""


def timeLeft(fraction: float, elapsed_s: float) -> str:
    """Words for the time left, from the share that is done and the seconds that it took; "" if it is too early."""
    if elapsed_s < SOONEST_ESTIMATE_S or not 0 < fraction < 1:
        return ""
    left_s = elapsed_s * (1 - fraction) / fraction
    if left_s < 60:
        return _("about {count} s left").format(count=max(1, round(left_s)))
    return _("about {count} min left").format(count=round(left_s / 60))


class ProgressView:
    """Shows how far the work is; `clock` gives seconds."""

    def __init__(self, ui: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.ui = ui
        self._clock = clock
        self._start_s = 0.0
        self._isRunning = False

    def start(self) -> None:
        """The work begins."""
        self._start_s, self._isRunning = self._clock(), True
        self.ui.applyButton.text = _("Cancel")
        self.ui.applyButton.toolTip = _("Stop, and leave the scene as it was")
        self.ui.applyButton.enabled = True
        self.show(0.0, _("Preparing"))

    def startReading(self, name: str) -> None:
        """A folder is being read; the bar only moves until its files are listed."""
        self.start()
        self.ui.progressBar.maximum = 0
        self.ui.statusLabel.text = _("Reading {name}").format(name=name)

    def installing(self) -> None:
        """Packages are being installed, which may take minutes; Slicer's own messages say how far that is."""
        self.ui.progressBar.value = 0
        self.ui.statusLabel.text = _("Installing what is missing")

    def show(self, fraction: float, step: str) -> None:
        """The share that is done, 0 to 1, and what is being done."""
        if fraction > 0:
            self.ui.progressBar.maximum = 100
        self.ui.progressBar.value = int(100 * fraction)
        left = timeLeft(fraction, self._clock() - self._start_s)
        self.ui.statusLabel.text = f"{step}, {left}" if left else step

    def cancelling(self) -> None:
        """The user pressed Cancel; the work stops at its next step."""
        self.ui.applyButton.enabled = False
        self.ui.statusLabel.text = _("Cancelling")

    def finish(self, status: str, *, isDone: bool) -> None:
        """The work ended; the bar stays full if it was done."""
        self._isRunning = False
        self.ui.progressBar.maximum = 100
        self.ui.progressBar.value = 100 if isDone else 0
        self.ui.statusLabel.text = status
        self.ui.applyButton.text = _("Apply")

    def clear(self) -> None:
        """Forget how the last work ended, for another input was chosen; nothing while the work runs."""
        if not self._isRunning:
            self.ui.progressBar.value = 0
            self.ui.statusLabel.text = ""

    def allow(self, problem: str) -> None:
        """Enable Apply, or say in its tool tip why it is disabled; nothing while the work runs."""
        if self._isRunning:
            return
        self.ui.applyButton.enabled = not problem
        self.ui.applyButton.toolTip = asToolTip(problem) or _("Segment the left ventricle")

    def seconds(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._start_s
