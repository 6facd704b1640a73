"""The panel's section Results: figures, curve, frames, and what can be done with them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from LVSegULib.labels import CAVITY
from LVSegULib.measures.volumes import Measures
from LVSegULib.quality.score import Flag
from LVSegULib.reading.names import safe_name
from LVSegUSlicer import settings
from LVSegUSlicer.messages import attention, explain, showError
from LVSegUSlicer.quality_view import QualityView, doubt
from LVSegUSlicer.result_visibility import showAlone
from LVSegUSlicer.results_store import MODEL, frameOf, storedVolumes
from LVSegUSlicer.results_tables import (
    fillTable,
    frameRows,
    frameTitles,
    measureRows,
    notes,
    setTitles,
    setUpMeasuresTable,
    setUpTable,
    showAllRows,
)
from LVSegUSlicer.scene_writer import LABELS_ATTRIBUTE, inputOf

CURVE_HEIGHT = 170
CURVE_WIDTHS = (240, 900)
"""Height of the curve, and its least and largest width, in pixels."""
CURVE_MARGINS = 30
"""What lies beside the curve in its section, in pixels."""


class ResultsView:
    """Shows one result of `logic`."""

    def __init__(self, ui: Any, logic: Any) -> None:
        self.ui = ui
        self.logic = logic
        self._results: Any = None
        self._unmeasured: Any = None
        self._quality = QualityView(ui, self._goToSlice)
        setUpMeasuresTable(ui.measuresTable)
        setUpTable(ui.framesTable, frameTitles({CAVITY.value: ()}), qt.QHeaderView.Stretch)
        ui.warningLabel.styleSheet = attention("warningLabel")
        self._connect()
        self.show(None)

    def _connect(self) -> None:
        self.ui.resultSelector.connect("nodeActivated(vtkMRMLNode*)", self._showInViews)
        self.ui.measureButton.connect("clicked(bool)", self._reporting(self._measure))
        self.ui.goToEDButton.connect("clicked(bool)", self._reporting(lambda: self._goTo("ED")))
        self.ui.goToESButton.connect("clicked(bool)", self._reporting(lambda: self._goTo("ES")))
        self.ui.editButton.connect("clicked(bool)", self._reporting(self._edit))
        self.ui.updateButton.connect("clicked(bool)", self._reporting(self._update))
        self.ui.chartButton.connect("clicked(bool)", self._reporting(self._showChart))
        self.ui.exportButton.connect("clicked(bool)", self._reporting(self._export))

    def find(self, segmentationNode: Any) -> None:
        """Show the result that belongs to a segmentation: of this session, or of a scene that was reloaded."""
        if segmentationNode is None:
            self.show(None)
        elif self._results is None or segmentationNode is not self._results.segmentationNode:
            self._unmeasured = segmentationNode
            self._results = None
            self.lookForChanges()

    def lookForChanges(self) -> None:
        """Look again for what was not measured; say so if a result was corrected elsewhere and not measured since."""
        if self._unmeasured is not None:
            self.show(self.logic.resultsOf(self._unmeasured), self._unmeasured)
        if self._results is not None:
            self._warn(isChanged=self.logic.isChanged(self._results.segmentationNode))

    def _warn(self, *, isChanged: bool) -> None:
        """Say above the figures why they should not be taken as they are."""
        changed = _("The segmentation was changed after it was measured: press Update measurements.")
        texts = [doubt(self._results.quality), changed if isChanged else ""]
        self.ui.warningLabel.visible = any(texts)
        self.ui.warningLabel.text = "\n".join(filter(None, texts))

    def show(self, results: Any, segmentationNode: Any = None) -> None:
        """Show a result; None hides everything and says that `segmentationNode`, if there is one, has none."""
        self._results = results
        self._unmeasured = segmentationNode if results is None else None
        self.ui.resultsPanel.visible = results is not None
        self.ui.noResultLabel.visible = results is None
        self.ui.measureButton.visible = _isResult(self._unmeasured)
        if results is None:
            self.ui.noResultLabel.text = (
                _("Volumes and curve appear here after Apply.")
                if segmentationNode is None
                else _('LVSegU has no measurements of "{name}".').format(name=segmentationNode.GetName())
            )
            return
        measures, volumes = results.measures, storedVolumes(results)
        fillTable(self.ui.measuresTable, measureRows(measures, volumes, frameOf(results)), numbers=(2,), bold=2)
        showAllRows(self.ui.measuresTable)
        setTitles(self.ui.framesTable, frameTitles(volumes))
        fillTable(self.ui.framesTable, frameRows(measures, volumes), numbers=range(2 + len(volumes)))
        self.ui.curveLabel.setPixmap(_curve(measures, self._curveWidth()))
        self._quality.show(results.quality)
        self._warn(isChanged=False)
        self._showWhatIsThere(results)

    def _curveWidth(self) -> int:
        """Of the section; in a panel that is made wider or narrower afterwards, the picture is stretched."""
        narrowest, widest = CURVE_WIDTHS
        return min(max(self.ui.resultsSection.width - CURVE_MARGINS, narrowest), widest)

    def _showWhatIsThere(self, results: Any) -> None:
        measures = results.measures
        isBeat = len(measures.volumes_ml) > 1
        self.ui.resultsTabs.visible = isBeat
        texts = [_("Note: {text}.").format(text=text) for text in notes(measures)]
        model = results.measuresTableNode.GetAttribute(MODEL)
        texts += [_("Model: {name}.").format(name=model)] if model else []
        self.ui.notesLabel.visible = bool(texts)
        self.ui.notesLabel.text = "\n".join(texts)
        self.ui.goToEDButton.enabled = measures.ed_frame is not None and results.browserNode is not None
        self.ui.goToESButton.enabled = measures.es_frame is not None and results.browserNode is not None
        self.ui.chartButton.enabled = results.chartNode is not None

    def _reporting(self, action: Callable[[], None]) -> Callable[[], None]:
        """`action`, with its errors in a dialog; tables and chart that were removed are made anew before it."""

        def run() -> None:
            try:
                if self._results is not None and not self._results.isWhole:
                    self._update()
                action()
            except Exception as error:  # whatever fails, the user is told
                showError(explain(error))

        return run

    def _measure(self) -> None:
        """Measure a result that has lost its tables."""
        self.show(self.logic.updateMeasurements(self._unmeasured))

    def _showInViews(self, segmentationNode: Any) -> None:
        """The user chose a result."""
        if segmentationNode is not None:
            showAlone(segmentationNode)

    def _goTo(self, which: str) -> None:
        self.logic.goToFrame(self._results.segmentationNode, which)

    def _goToSlice(self, flag: Flag) -> None:
        node = self._results.segmentationNode
        self._reporting(lambda: self.logic.goToSlice(node, flag.frame, flag.slice))()

    def _update(self) -> None:
        self.show(self.logic.updateMeasurements(self._results.segmentationNode))

    def _edit(self) -> None:
        segmentation = self._results.segmentationNode
        editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
        slicer.util.selectModule("SegmentEditor")
        editor.setSegmentationNode(segmentation)
        volume = inputOf(segmentation)
        if volume is not None:
            editor.setSourceVolumeNode(volume)

    def _showChart(self) -> None:
        if slicer.app.layoutManager() is not None:
            slicer.modules.plots.logic().ShowChartInLayout(self._results.chartNode)

    def _export(self) -> None:
        name = safe_name(self._results.segmentationNode.GetName())
        path = self._askForTable(str(Path(settings.lastFolder()) / f"{name}.csv"))
        if path:
            node = self._results.segmentationNode
            try:
                self.logic.exportCsv(node, path)
            finally:  # it may have been measured for that, also where the file cannot be written
                self.show(self.logic.resultsOf(node))
                self.lookForChanges()
            settings.setLastFolder(str(Path(path).parent))

    def _askForTable(self, suggested: str) -> str:
        """The file that the user chooses, with an ending; "" for Cancel."""
        title, kind = _("Export the volume of every frame"), _("Table (*.csv)")
        path = str(qt.QFileDialog.getSaveFileName(self.ui.LVSegU, title, suggested, kind) or "")
        if not path or Path(path).suffix:
            return path
        path += ".csv"
        # the dialog asked about the name as it was typed: let it ask whether to replace the file of this one
        return self._askForTable(path) if Path(path).exists() else path


def _isResult(segmentationNode: Any) -> bool:
    """Whether LVSegU made a segmentation, so that it can be measured."""
    return segmentationNode is not None and bool(segmentationNode.GetAttribute(LABELS_ATTRIBUTE))


def _curve(measures: Measures, width: int) -> Any:
    """The curve as a QPixmap, by way of a file: PythonQt takes no pixels from Python."""
    from LVSegULib.pictures.canvas import to_bytes
    from LVSegULib.pictures.curve import draw_curve

    with tempfile.TemporaryDirectory(prefix="lvsegu-") as folder:
        path = Path(folder) / "curve.png"
        draw_curve(measures, (width, CURVE_HEIGHT), to_bytes(CAVITY.colour)).save(path)
        return qt.QPixmap(str(path))
