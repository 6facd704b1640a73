"""The segmentation once more with some filters turned off, into the nodes of the result that is there."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace

from slicer.i18n import tr as _

from LVSegULib.errors import InputError
from LVSegULib.visualization.filters import Filter
from LVSegUSlicer.job import Report
from LVSegUSlicer.original_result import OriginalResult
from LVSegUSlicer.request import Request, Results
from LVSegUSlicer.results_store import KEEP_HEART, frameOf, storeResults
from LVSegUSlicer.segmentation_run import WORKED, SegmentationRun
from LVSegUSlicer.worker import Outcome


class FilterRun(SegmentationRun):
    """A run as the one that made a result, but without the filters `off`.

    Args:
        original: the result; frames and cleaning up are taken from it.
        request: input, model and machine.
        off: the filters.

    Raises:
        LVSegUError: the input cannot be segmented, or is not the one of the result.
    """

    def __init__(self, original: OriginalResult, request: Request, off: Collection[Filter]) -> None:
        self._original, self._off = original, frozenset(off)
        table = original.results.measuresTableNode
        keepHeart = table.GetAttribute(KEEP_HEART)
        request = replace(
            request,
            allFrames=original.frameCount > 1,
            keepHeart=request.keepHeart if keepHeart is None else keepHeart == str(True),
        )
        super().__init__(request, frameOf(original.results), self._off)
        if self._source.cine.frame_count != original.frameCount:
            raise InputError(
                _("{name}: it has other frames than its result: press Apply").format(name=self._source.cine.name)
            )

    def write(self, outcome: Outcome, report: Report) -> Results:
        """Show in the result's own nodes what was found; on the main thread.

        Raises:
            InputError: the input or the result was removed.
        """
        self.checkInput()
        start = time.perf_counter()
        found, step = outcome.found, _("Showing the result")
        self._original.rewrite(
            self._source.toNodeGrid(found.segmentation.labels),
            outcome.model.labels,
            lambda share: report(WORKED + (1 - WORKED) * share, step),
        )
        measures = replace(found.measures, warnings=(*found.measures.warnings, offNote(self._off)))
        seconds = self._seconds | outcome.seconds | {"write": time.perf_counter() - start}
        node, quality = self._original.results.segmentationNode, self._qualityOf(outcome)
        return storeResults(node, measures, found.volumes_ml, seconds, quality)


def offNote(off: Collection[Filter]) -> str:
    """What stands beside figures that are not the whole network's."""
    return _("measured with filters turned off: {filters}").format(filters=", ".join(map(str, sorted(off))))
