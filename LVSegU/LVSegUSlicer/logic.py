"""The module's logic: segment a node, measure, update, find again, export; from the panel, the console or scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import slicer
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

from LVSegULib.errors import InputError, UsageError
from LVSegULib.measures.volumes import measure_with_volumes, volumes_by_label
from LVSegUSlicer.navigation import goToFrame, goToSlice
from LVSegUSlicer.request import Request, Results
from LVSegUSlicer.results_store import findResults, hasOtherVolumes, storedVolumes, storeResults
from LVSegUSlicer.scene_guards import guardScene
from LVSegUSlicer.scene_labels import MissingSegment, readLabels, regionsOf
from LVSegUSlicer.segmentation_run import SegmentationRun
from LVSegUSlicer.sequences import BASE_NAME, browserOf
from LVSegUSlicer.started_run import PAUSE_MS, StartedRun
from LVSegUSlicer.tables import exportTable
from LVSegUSlicer.transaction import SceneTransaction

if TYPE_CHECKING:
    from LVSegUSlicer.parameter_node import LVSegUParameterNode

__all__ = ["LVSegULogic", "Request", "Results"]


class LVSegULogic(ScriptedLoadableModuleLogic):
    """Segments the left ventricle in a node of the scene and keeps the results there."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        guardScene()
        self._started: StartedRun | None = None
        self._timer: Any = None

    def process(self, request: Request, progress: Callable[[float, str], None] | None = None) -> Results:
        """Segment and measure; returns when it is done. For the Python console and scripts.

        Args:
            request: what to do.
            progress: called with the share done, 0 to 1, and the name of the step; whatever it raises stops the work.

        Raises:
            LVSegUError: the input, the model or the engine is at fault; the scene is as it was.
        """
        if not isinstance(request, Request):
            raise UsageError(_("process takes a Request: process(Request(node, ...))"))
        report = progress or _silent
        run = SegmentationRun(request)
        return run.write(run.work(report), report)

    def start(
        self,
        request: Request,
        onProgress: Callable[[float, str], None],
        onDone: Callable[[Results | None, str], None],
    ) -> None:
        """Segment and measure while the application stays responsive.

        Args:
            request: what to do.
            onProgress: called on the main thread with the share done, 0 to 1, and the name of the step.
            onDone: called once, on the main thread: with the results and "", or with None and what went wrong
                (CANCELLED of `job` after `cancel`); the scene is then as it was.

        Raises:
            LVSegUError: the input cannot be segmented, or something is running already; `onDone` is not called.
        """
        self._checkIdle()
        self.startRun(SegmentationRun(request), onProgress, onDone)

    def startRun(
        self,
        run: SegmentationRun,
        onProgress: Callable[[float, str], None],
        onDone: Callable[[Results | None, str], None],
    ) -> None:
        """The same with an input that has been read, see `start`.

        Raises:
            UsageError: something is running already; `onDone` is not called.
        """
        self._checkIdle()
        import qt

        self._started = StartedRun(run, onProgress, onDone, self._onEnd)
        self._timer = qt.QTimer()
        self._timer.connect("timeout()", self.poll)
        self._timer.start(PAUSE_MS)

    def cancel(self) -> None:
        """Stop what is running at its next step; without effect if nothing is."""
        if self._started is not None:
            self._started.cancel()

    def abandon(self) -> None:
        """Stop what is running and tell nobody, not even `onDone`: for a panel that is being taken down."""
        if self._started is not None:
            self._started.abandon()

    @property
    def isRunning(self) -> bool:
        """Whether a started segmentation is not done yet."""
        return self._started is not None

    def updateMeasurements(self, segmentationNode: Any) -> Results:
        """Measure a (corrected) segmentation again; its tables and chart are filled anew.

        Flagged slices that were corrected are flagged no more.

        Raises:
            InputError: the segmentation is not one of LVSegU's, is of many frames that no browser plays any more, or a
                segment was removed from a frame.
        """
        before = findResults(segmentationNode)
        _checkPlayable(segmentationNode, before)
        found = readLabels(segmentationNode)
        regions = regionsOf(segmentationNode)
        measures, volumes = measure_with_volumes(found.labels, found.spacing_mm, found.time_ms, regions)
        quality = None if before is None or before.quality is None else before.quality.uncorrected(found.labels)
        with SceneTransaction(slicer.mrmlScene):
            return storeResults(segmentationNode, measures, volumes, quality=quality)

    def isChanged(self, segmentationNode: Any) -> bool:
        """Whether a segmentation has other volumes than its tables say: it was corrected, and not measured again.

        One whose volumes cannot be told any more, as a segment was removed, was changed too.
        """
        results = findResults(segmentationNode)
        if results is None or not results.isPlayable:
            return False
        try:
            found, regions = readLabels(segmentationNode), regionsOf(segmentationNode)
        except MissingSegment:
            return True
        except InputError:
            return False
        return hasOtherVolumes(results, volumes_by_label(found.labels, regions, found.spacing_mm), found.spacing_mm)

    def resultsOf(self, segmentationNode: Any) -> Results | None:
        """The results that belong to a segmentation, also after the scene was saved and reloaded; None if none do."""
        return findResults(segmentationNode)

    def goToFrame(self, segmentationNode: Any, which: Literal["ED", "ES"]) -> None:
        """Show end-diastole or end-systole in the sequence browser.

        Raises:
            InputError: the segmentation has no such frame, or no browser plays it any more.
        """
        results = self._resultsOrError(segmentationNode)
        measures = results.measures
        frame = {"ED": measures.ed_frame, "ES": measures.es_frame}[which]
        if frame is None:
            raise InputError(
                _("{name}: {which} cannot be told: {reason}").format(
                    name=segmentationNode.GetName(), which=which, reason=measures.reasons.get("LVEF", "")
                )
            )
        _checkPlayable(segmentationNode, results)
        goToFrame(segmentationNode, frame)

    def goToSlice(self, segmentationNode: Any, frame: int, index: int) -> None:
        """Show a slice of a frame, both from 0 as in the list of slices to look at, in the slice views.

        Raises:
            InputError: the segmentation has no such list.
        """
        quality = self._resultsOrError(segmentationNode).quality
        if quality is None:
            name = segmentationNode.GetName()
            raise InputError(_("{name}: its model cannot tell which slices may be wrong").format(name=name))
        goToSlice(segmentationNode, frame, index, quality.axis)

    def exportCsv(self, segmentationNode: Any, path: str | Path) -> None:
        """Write the volume of every frame, as `lvsegu segment` writes NAME.csv.

        What was corrected since it was measured is measured first, see `updateMeasurements`.

        Raises:
            InputError: the segmentation is not one of LVSegU's, or a segment was removed from a frame.
            OutputError: the file cannot be written.
        """
        results = self._resultsOrError(segmentationNode)
        if self.isChanged(segmentationNode):
            results = self.updateMeasurements(segmentationNode)
        flagged = None if results.quality is None else results.quality.flaggedSlices
        exportTable(Path(path), results.measures, storedVolumes(results), flagged)

    def getParameterNode(self) -> LVSegUParameterNode:
        """What is chosen in the panel, as it is saved in the scene."""
        from LVSegUSlicer.parameter_node import LVSegUParameterNode

        return LVSegUParameterNode(super().getParameterNode())

    def poll(self) -> None:
        """Ask how far the worker is; the timer calls it, and so may a script that runs no event loop."""
        if self._started is not None:
            self._started.poll()

    def _checkIdle(self) -> None:
        if self._started is not None:
            raise UsageError(_("A segmentation is running already: cancel it, or wait until it is done"))

    def _onEnd(self) -> None:
        self._started = None
        self._timer.stop()
        self._timer = None

    def _resultsOrError(self, segmentationNode: Any) -> Results:
        results = findResults(segmentationNode)
        if results is None:
            name = segmentationNode.GetName() if segmentationNode is not None else _("no segmentation")
            raise InputError(_("{name}: LVSegU has no measurements of it: segment the input first").format(name=name))
        return results


def _checkPlayable(segmentationNode: Any, results: Results | None) -> None:
    """Raise if there are frames that cannot be reached, as its results say or, without any, Slicer's mark of a proxy.

    Raises:
        InputError: the browser was removed.
    """
    if segmentationNode is None or browserOf(segmentationNode) is not None:
        return
    if segmentationNode.GetAttribute(BASE_NAME) or (results is not None and not results.isPlayable):
        raise InputError(
            _(
                "{name}: the sequence browser that plays its frames was removed: play its sequence in the module "
                "Sequences again, or press Apply"
            ).format(name=segmentationNode.GetName())
        )


def _silent(_share: float, _step: str) -> None:
    """Report to nobody."""
