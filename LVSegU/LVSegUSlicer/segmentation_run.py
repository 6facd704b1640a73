"""One request from the input to the results: read on the main thread, work on any, written on the main thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import slicer
from slicer.i18n import tr as _

from LVSegULib.errors import InputError
from LVSegULib.visualization.filters import Filter
from LVSegUSlicer.job import Report
from LVSegUSlicer.request import Request, Results
from LVSegUSlicer.results_store import FRAME, KEEP_HEART, MODEL, storeResults
from LVSegUSlicer.scene_quality import SceneQuality, sceneQuality
from LVSegUSlicer.scene_reader import readInput
from LVSegUSlicer.scene_writer import writeSegmentation
from LVSegUSlicer.transaction import SceneTransaction
from LVSegUSlicer.worker import Outcome, Work, segmentAndMeasure

WORKED = 0.65
"""Share of a run that is done when labels and measures are there; the rest is showing them in the scene."""

SILENCE_S = 0.05
"""While results are written, who waits is told no sooner than this after the last time: each time costs a look at the
whole scene."""


class SegmentationRun:
    """A request whose input has been read.

    Args:
        request: what to do.
        item: of a sequence, where one frame of it is asked for: which; None for the one that is shown.
        off: filters of the network that are turned off.

    Raises:
        LVSegUError: the input cannot be segmented.
    """

    def __init__(self, request: Request, item: int | None = None, off: frozenset[Filter] = frozenset()) -> None:
        start = time.perf_counter()
        self._request = request
        self._source = readInput(request.inputNode, allFrames=request.allFrames, item=item)
        self._scene = slicer.mrmlScene
        self._inputs = self._nodesOfTheInput()
        self._seconds = {"read": time.perf_counter() - start}
        self._work = Work(
            cine=self._source.cine,
            model=request.model,
            engine=request.engine,
            threads=request.threads,
            keepHeart=request.keepHeart,
            loading=_("Loading the model"),
            segmenting=_("Segmenting"),
            off=off,
        )

    def work(self, report: Report) -> Outcome:
        """Segment and measure; on any thread. Whatever `report` raises stops it.

        Raises:
            LVSegUError: the model or the engine is at fault.
        """
        return segmentAndMeasure(self._work, lambda share, step: report(WORKED * share, step))

    def write(self, outcome: Outcome, report: Report) -> Results:
        """Show in the scene what was found; on the main thread. If anything fails, the scene is as it was before.

        Raises:
            InputError: the input was removed.
        """
        self.checkInput()
        start = time.perf_counter()
        request, found, step = self._request, outcome.found, _("Showing the result")
        report(WORKED, step)
        with SceneTransaction(self._scene) as transaction:

            def tell(share: float) -> None:
                with transaction.othersAtWork():
                    report(WORKED + (1 - WORKED) * share, step)

            progress = _seldom(tell)

            segmentation = writeSegmentation(
                self._source,
                found.segmentation.labels,
                outcome.model.labels,
                smoothing=request.smoothing,
                show3D=request.show3D,
                progress=progress,
            )
            self._seconds |= outcome.seconds | {"write": time.perf_counter() - start}
            results = storeResults(
                segmentation, found.measures, found.volumes_ml, self._seconds, self._qualityOf(outcome)
            )
            table = results.measuresTableNode
            table.SetAttribute(MODEL, outcome.model.name)
            table.SetAttribute(KEEP_HEART, str(request.keepHeart))
            if self._source.frame is not None:
                segmentation.SetAttribute(FRAME, str(self._source.frame))
            progress(1.0)
        return results

    def _qualityOf(self, outcome: Outcome) -> SceneQuality | None:
        segmentation = outcome.found.segmentation
        return sceneQuality(segmentation.quality, segmentation.labels, self._source.axes[0])

    def checkInput(self) -> None:
        """Raise if the input is not in the scene any more.

        Raises:
            InputError: it was removed.
        """
        if any(node.GetScene() is not self._scene for node in self._inputs):
            raise InputError(
                _("{name}: the input was removed while it was being segmented: load it again").format(
                    name=self._source.cine.name
                )
            )

    def _nodesOfTheInput(self) -> tuple[Any, ...]:
        source = self._source
        ids = (source.inputNodeID, source.browserID, source.sequenceID)
        return tuple(self._scene.GetNodeByID(nodeID) for nodeID in ids if nodeID is not None)


def _seldom(tell: Callable[[float], None]) -> Callable[[float], None]:
    """Pass on a share only if SILENCE_S have gone by since the last one, and the end always."""
    last_s = time.perf_counter()

    def progress(share: float) -> None:
        nonlocal last_s
        if share >= 1.0 or time.perf_counter() - last_s >= SILENCE_S:
            tell(share)
            last_s = time.perf_counter()

    return progress
