"""Tells when another frame, slice or view is shown, the input changes, or the scene is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

from LVSegUSlicer.filter_source import FilterSource
from LVSegUSlicer.slice_layers import compositeNodes, sliceNodes

PAUSE_MS = 60
"""What need not follow at once follows this much later, once for all that happened meanwhile."""


class FilterWatcher(VTKObservationMixin):
    """Watches the scene for one input; what it calls must not raise.

    Args:
        onFrame: another frame is shown; called at once, so that the overlay plays with the images.
        onViews: another slice or view is shown, or the input moved or changed; called a little later.
        onSaving: called with True before the scene is saved, and with False afterwards.
    """

    def __init__(
        self, onFrame: Callable[[], None], onViews: Callable[[], None], onSaving: Callable[[bool], None]
    ) -> None:
        VTKObservationMixin.__init__(self)
        self._onFrame, self._onSaving = onFrame, onSaving
        self._timer = qt.QTimer()
        self._timer.singleShot = True
        self._timer.interval = PAUSE_MS
        self._timer.connect("timeout()", onViews)

    def watch(self, source: FilterSource) -> None:
        """Watch what is not watched yet: views come and go with the layout."""
        modified, scene = vtk.vtkCommand.ModifiedEvent, slicer.mrmlScene
        browser = None if source.browserID is None else scene.GetNodeByID(source.browserID)
        self._add(browser, modified, self._frame)
        self._add(source.volume, slicer.vtkMRMLTransformableNode.TransformModifiedEvent, self.later)
        if browser is None:  # of a sequence, every frame that is shown changes the volume
            self._add(source.volume, slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent, self.later)
        for view in (*sliceNodes(), *compositeNodes()):
            self._add(view, modified, self.later)
        self._add(scene, scene.NodeAddedEvent, self.later)
        self._add(scene, scene.StartSaveEvent, self._startSave)
        self._add(scene, scene.EndSaveEvent, self._endSave)

    def stop(self) -> None:
        """Watch nothing."""
        self._timer.stop()
        self.removeObservers()

    def later(self, _caller: Any = None, _event: Any = None) -> None:
        """Call `onViews` a little later."""
        if not self._timer.active:
            self._timer.start()

    def _add(self, node: Any, event: Any, function: Callable[..., None]) -> None:
        if node is not None and not self.hasObserver(node, event, function):
            self.addObserver(node, event, function)

    def _frame(self, _caller: Any, _event: Any) -> None:
        self._onFrame()

    def _startSave(self, _caller: Any, _event: Any) -> None:
        self._onSaving(True)

    def _endSave(self, _caller: Any, _event: Any) -> None:
        self._onSaving(False)
