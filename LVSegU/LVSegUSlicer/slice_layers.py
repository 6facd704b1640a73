"""The slice views that show the input: a further volume is laid over it there, and taken away as if never laid."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

_ALONG_SLICES = 0.9
"""Cosine between a view's and the stack's direction from which the view shows the stack's own slices."""


class SliceLayers:
    """The foreground of the slice views with the input in the background."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[str | None, float]] = {}
        self._overlayID = ""

    def show(self, overlay: Any, background: Any, opacity: float) -> None:
        """Lay `overlay` over `background` wherever that is shown; views that show it no more are put back.

        What the user has changed in a view since is left as it is.
        """
        self._overlayID = overlay.GetID()
        for view in compositeNodes():
            isOver = view.GetBackgroundVolumeID() == background.GetID()
            if isOver and view.GetID() not in self._before:
                self._before[view.GetID()] = (view.GetForegroundVolumeID(), view.GetForegroundOpacity())
                view.SetForegroundVolumeID(self._overlayID)
                view.SetForegroundOpacity(opacity)
            elif not isOver and view.GetID() in self._before:
                self._putBack(view)

    def setOpacity(self, opacity: float) -> None:
        """Of the overlay, 0 to 1."""
        for view in compositeNodes():
            if view.GetID() in self._before and view.GetForegroundVolumeID() == self._overlayID:
                view.SetForegroundOpacity(opacity)

    def putBack(self) -> None:
        """Give every view back the foreground and the opacity that it had; call it while the overlay is there."""
        for view in compositeNodes():
            if view.GetID() in self._before:
                self._putBack(view)
        self._before.clear()

    def _putBack(self, view: Any) -> None:
        foreground, opacity = self._before.pop(view.GetID())
        if view.GetForegroundVolumeID() == self._overlayID:
            isThere = foreground is not None and slicer.mrmlScene.GetNodeByID(foreground) is not None
            view.SetForegroundVolumeID(foreground if isThere else None)
            view.SetForegroundOpacity(opacity)


def compositeNodes() -> list[Any]:
    """What the slice views show."""
    return list(slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"))


def sliceNodes() -> list[Any]:
    """Where the slice views lie."""
    return list(slicer.util.getNodesByClass("vtkMRMLSliceNode"))


def pointShown(background: Any, ijkToRas: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The centre (3,), RAS in mm, of the slice view that shows the stack's own slices; None if there is no view.

    Args:
        background: the volume; views that show it come first.
        ijkToRas: 4x4 matrix of the stack.
    """
    along = ijkToRas[:3, 2] / np.linalg.norm(ijkToRas[:3, 2])
    showing = {view.GetLayoutName() for view in compositeNodes() if view.GetBackgroundVolumeID() == background.GetID()}
    matrices = [(node, slicer.util.arrayFromVTKMatrix(node.GetSliceToRAS())) for node in sliceNodes()]
    ranked = sorted(
        matrices,
        key=lambda one: (one[0].GetLayoutName() not in showing, abs(one[1][:3, 2] @ along) < _ALONG_SLICES),
    )
    return np.asarray(ranked[0][1][:3, 3]) if ranked else None
