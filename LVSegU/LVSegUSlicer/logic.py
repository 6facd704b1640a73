"""The module's logic: segment a node, measure, update, find again, export; from the panel, the console or scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

from LVSegUSlicer.request import Request, Results

if TYPE_CHECKING:
    from LVSegUSlicer.parameter_node import LVSegUParameterNode

__all__ = ["LVSegULogic", "Request", "Results"]


class LVSegULogic(ScriptedLoadableModuleLogic):
    """Segments the left ventricle in a node of the scene and keeps the results there."""

    def process(
        self,
        inputNode: Any,
        model: str = "lv",
        *,
        allFrames: bool = True,
        engine: str = "auto",
        threads: int | None = None,
        smoothing: float = 0.5,
        keepHeart: bool = True,
        show3D: bool = True,
        progress: Callable[[float, str], None] | None = None,
    ) -> Results:
        """Segment and measure; returns when it is done. For the Python console and scripts.

        Args:
            inputNode: see `Request`, as the other arguments.
            model: see `Request`.
            allFrames: see `Request`.
            engine: see `Request`.
            threads: see `Request`.
            smoothing: see `Request`.
            keepHeart: see `Request`.
            show3D: see `Request`.
            progress: called with the share done, 0 to 1, and the name of the step; whatever it raises stops the work.

        Raises:
            LVSegUError: the input, the model or the engine is at fault; the scene is as it was.
        """
        raise NotImplementedError

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
                (_("Cancelled") after `cancel`); the scene is then as it was.

        Raises:
            LVSegUError: the input cannot be segmented, or something is running already; `onDone` is not called.
        """
        raise NotImplementedError

    def cancel(self) -> None:
        """Stop what is running at its next step; without effect if nothing is."""
        raise NotImplementedError

    @property
    def isRunning(self) -> bool:
        """Whether a started segmentation is not done yet."""
        raise NotImplementedError

    def updateMeasurements(self, segmentationNode: Any) -> Results:
        """Measure a (corrected) segmentation again; its tables and chart are filled anew.

        Raises:
            InputError: the segmentation is not one of LVSegU's.
        """
        raise NotImplementedError

    def resultsOf(self, segmentationNode: Any) -> Results | None:
        """The results that belong to a segmentation, also after the scene was saved and reloaded; None if none do."""
        raise NotImplementedError

    def goToFrame(self, segmentationNode: Any, which: Literal["ED", "ES"]) -> None:
        """Show end-diastole or end-systole in the sequence browser.

        Raises:
            InputError: the segmentation has no such frame.
        """
        raise NotImplementedError

    def exportCsv(self, segmentationNode: Any, path: str | Path) -> None:
        """Write the volume of every frame, as `lvsegu segment` writes NAME.csv.

        Raises:
            InputError: the segmentation is not one of LVSegU's.
            OutputError: the file cannot be written.
        """
        raise NotImplementedError

    def getParameterNode(self) -> LVSegUParameterNode:
        """What is chosen in the panel, as it is saved in the scene."""
        from LVSegUSlicer.parameter_node import LVSegUParameterNode

        return LVSegUParameterNode(super().getParameterNode())
