"""Filters that are turned off, and the result without them, made anew at every change and put back at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from LVSegULib.errors import InputError
from LVSegULib.measures.volumes import Measures
from LVSegULib.visualization.filters import Filter
from LVSegUSlicer.filter_run import FilterRun
from LVSegUSlicer.original_result import OriginalResult
from LVSegUSlicer.request import Request, Results
from LVSegUSlicer.results_store import MODEL
from LVSegUSlicer.scene_writer import inputOf


class FilterSwitches:
    """Which filters are off.

    Args:
        logic: runs the segmentation.
        onProgress: told the share done and the step, while the application works.
        onResults: gets every result, and in the end the original one again.
        onFailed: told why the result could not be made; all filters are on again.
    """

    def __init__(
        self,
        logic: Any,
        onProgress: Callable[[float, str], None],
        onResults: Callable[[Results], None],
        onFailed: Callable[[str], None],
    ) -> None:
        self._logic = logic
        self._onProgress, self._onResults, self._onFailed = onProgress, onResults, onFailed
        self._original: OriginalResult | None = None
        self._isRunning = False
        self.off: frozenset[Filter] = frozenset()

    @property
    def isRunning(self) -> bool:
        """Whether the result is being made."""
        return self._isRunning

    def belongsTo(self, segmentationNode: Any) -> bool:
        """Whether this is the result that is being changed; True while none is."""
        return self._original is None or self._original.results.segmentationNode is segmentationNode

    def originalMeasures(self) -> Measures | None:
        """The measures with all filters on, while some are off."""
        return None if self._original is None else self._original.results.measures

    def turn(self, one: Filter, request: Request, results: Results | None, volume: Any, modelName: str) -> None:
        """Turn a filter off, or on again if it is off; what is running is given up for it.

        Args:
            one: the filter.
            request: what is chosen in the panel.
            results: the result that is shown there.
            volume: the input's volume node.
            modelName: short name of the model.

        Raises:
            LVSegUError: there is no result of this input and model to change, or the input cannot be segmented.
        """
        off = self.off ^ {one}
        if not off:
            self.reset()
            return
        if self._original is None:
            self._original = _original(results, volume, modelName)
        self._giveUp()
        run = FilterRun(self._original, request, off)
        self._logic.startRun(run, self._onProgress, self._onDone)
        self.off, self._isRunning = off, True

    def reset(self) -> None:
        """Turn all filters on, and put the result back as it was."""
        self._giveUp()
        original = self._original
        results = original.putBack() if original is not None and original.isInScene else None
        self._original, self.off = None, frozenset()  # only now: what failed can be tried again
        if results is not None:
            self._onResults(results)

    def forget(self) -> None:
        """Turn all filters on and touch nothing, as the scene is being closed."""
        self._giveUp()
        self._original, self.off = None, frozenset()

    def _giveUp(self) -> None:
        if self._isRunning:
            self._isRunning = False
            self._logic.abandon()

    def _onDone(self, results: Results | None, error: str) -> None:
        self._isRunning = False
        if results is not None:
            self._onResults(results)
            return
        try:
            self.reset()
        finally:
            self._onFailed(error)


def _original(results: Results | None, volume: Any, modelName: str) -> OriginalResult:
    if results is not None:
        isOfInput = inputOf(results.segmentationNode) is volume
        if isOfInput and results.measuresTableNode.GetAttribute(MODEL) == modelName:
            return OriginalResult(results)
    raise InputError(
        _("There is no result of this input and model yet: press Apply, then turn filters off to see what changes")
    )
