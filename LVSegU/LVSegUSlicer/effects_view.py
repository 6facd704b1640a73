"""The part of the section Filters that sorts the filters by what turning each off does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import qt
from slicer.i18n import tr as _

from LVSegULib.visualization.filters import Filter, filter_named
from LVSegUSlicer.filter_effects import EffectsWork, effectRows, effectTitles, measureEffects
from LVSegUSlicer.messages import inUsersWords
from LVSegUSlicer.polled_job import PolledJob
from LVSegUSlicer.results_tables import fillTable, setUpTable

if TYPE_CHECKING:
    from LVSegULib.visualization.effects import Effect


class EffectsView:
    """Shows the effects; `onChosen` gets the filter of the row that the user clicks, `onStatus` a line of text."""

    def __init__(self, ui: Any, onChosen: Callable[[Filter], None], onStatus: Callable[[str], None]) -> None:
        self.ui = ui
        self._onChosen, self._onStatus = onChosen, onStatus
        self._job: PolledJob[list[Effect]] | None = None
        self._isFilling = False
        setUpTable(ui.effectsTable, effectTitles(), qt.QHeaderView.Stretch)
        header = ui.effectsTable.horizontalHeader()
        header.setSectionResizeMode(0, qt.QHeaderView.ResizeToContents)  # names are not cut off
        ui.effectsTable.connect("currentCellChanged(int,int,int,int)", self._choose)
        self.clear()

    @property
    def isRunning(self) -> bool:
        """Whether effects are being measured."""
        return self._job is not None

    def start(self, work: EffectsWork) -> None:
        """Measure; the table is filled when it is done."""
        self.clear()
        self.ui.sortEffectsButton.text = _("Cancel")
        self.ui.effectsProgressBar.visible = True
        self._job = PolledJob(lambda report: measureEffects(work, report), self._onProgress, self._onDone)

    def cancel(self) -> None:
        """Stop at the next step; nothing without a measurement."""
        if self._job is not None:
            self._job.cancel()
            self.ui.sortEffectsButton.enabled = False

    def clear(self) -> None:
        """Stop, and show nothing: the effects are those of another input or model."""
        if self._job is not None:
            self._job.abandon()
        self._end()
        self._fill([])

    def _onProgress(self, share: float, step: str) -> None:
        self.ui.effectsProgressBar.value = int(100 * share)
        self._onStatus(step)

    def _onDone(self, effects: list[Effect] | None, error: str) -> None:
        self._end()
        self._fill(effectRows(effects or []))
        self._onStatus(inUsersWords(error))

    def _end(self) -> None:
        self._job = None
        self.ui.sortEffectsButton.text = _("Sort by effect")
        self.ui.sortEffectsButton.enabled = True
        self.ui.effectsProgressBar.value = 0
        self.ui.effectsProgressBar.visible = False

    def _fill(self, rows: list[tuple[str, str, str, str]]) -> None:
        self._isFilling = True
        fillTable(self.ui.effectsTable, rows, numbers=(1, 2, 3))
        self.ui.effectsTable.visible = bool(rows)
        self._isFilling = False

    def _choose(self, row: int) -> None:
        if not self._isFilling and row >= 0:
            self._onChosen(filter_named(self.ui.effectsTable.item(row, 0).text()))
