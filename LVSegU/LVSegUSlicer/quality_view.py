"""The part of the section Results that lists the slices to look at, and leads there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from LVSegULib.quality.score import Flag
from LVSegULib.quality.text import Stretch, stretches
from LVSegUSlicer.results_tables import fillTable, setUpTable
from LVSegUSlicer.scene_quality import SceneQuality

MOSTLY_WRONG = 0.5
"""Below this score, less than half of the cavity is expected to lie in good slices."""


class QualityView:
    """Shows the quality of a result; `onChosen` gets the slice that the user clicks."""

    def __init__(self, ui: Any, onChosen: Callable[[Flag], None]) -> None:
        self.ui = ui
        self._onChosen = onChosen
        self._rows: tuple[Stretch, ...] = ()
        self._isFilling = False
        titles = [_("Slice"), _("Frames"), _("Score"), _("Why")]
        setUpTable(ui.flaggedTable, titles, qt.QHeaderView.ResizeToContents)
        ui.flaggedTable.horizontalHeader().setStretchLastSection(True)
        ui.flaggedTable.connect("cellClicked(int,int)", self._choose)
        ui.flaggedTable.connect("currentCellChanged(int,int,int,int)", self._choose)

    def show(self, quality: SceneQuality | None) -> None:
        """List the slices to look at; of a result without quality nothing is said."""
        self._rows = () if quality is None else stretches(quality.flags)
        self.ui.qualityLabel.visible = quality is not None
        self.ui.qualityLabel.text = "" if quality is None else qualityText(quality)
        self.ui.flaggedTable.visible = bool(self._rows)
        self._isFilling = True
        fillTable(self.ui.flaggedTable, [flagRow(row) for row in self._rows], numbers=(0, 1, 2))
        self.ui.flaggedTable.setCurrentCell(-1, -1)
        self._isFilling = False

    def _choose(self, row: int) -> None:
        if not self._isFilling and 0 <= row < len(self._rows):
            self._onChosen(self._rows[row].worst)


def qualityText(quality: SceneQuality) -> str:
    """One line on the whole result."""
    score = f"{quality.patient:.2f}"
    if not quality.flags:
        return _("Quality {score} of 1, no slice stands out.").format(score=score)
    return _("Quality {score} of 1. These slices may be wrong; a click leads there:").format(score=score)


def doubt(quality: SceneQuality | None) -> str:
    """Why the figures are hardly worth reading; "" if they are, or when every flagged slice was corrected."""
    if quality is None or not quality.flags or quality.patient >= MOSTLY_WRONG:
        return ""
    return _("Most of this is probably wrong (quality {score} of 1). Is it a short-axis cine of a heart?").format(
        score=f"{quality.patient:.2f}"
    )


def flagRow(row: Stretch) -> tuple[str, str, str, str]:
    """Slice, frames, the lowest score and its reason."""
    return str(row.slice), row.frames, f"{row.worst.score:.2f}", row.worst.reason
