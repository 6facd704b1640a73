"""What is seen of the results: of one input only one, as contours have the same colours; the first in the middle."""

from __future__ import annotations

from typing import Any

import slicer

from LVSegUSlicer.scene_writer import LABELS_ATTRIBUTE, inputOf
from LVSegUSlicer.sequences import browserOf


def showAlone(segmentationNode: Any) -> None:
    """Show a result and hide the others of its input; what LVSegU did not make stays as it is."""
    volume = inputOf(segmentationNode)
    if not segmentationNode.GetAttribute(LABELS_ATTRIBUTE) or volume is None:
        return
    for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        if node.GetAttribute(LABELS_ATTRIBUTE) and _isOf(node, volume) and node.GetDisplayNode() is not None:
            node.GetDisplayNode().SetVisibility(node is segmentationNode)


def _isOf(segmentationNode: Any, volume: Any) -> bool:
    """Whether a result is of a volume; one that refers to none any more is, if the volume's browser plays it."""
    found = inputOf(segmentationNode)
    browser = browserOf(volume)
    return found is volume or (found is None and browser is not None and browserOf(segmentationNode) is browser)


def centreFirstSurface(segmentationNode: Any) -> None:
    """Turn the 3-D views to a result's surface, unless there is another one: then the user has chosen his view."""
    if slicer.app.layoutManager() is None or not _isSeenIn3D(segmentationNode):
        return
    segmentations = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    models = [node for node in slicer.util.getNodesByClass("vtkMRMLModelNode") if not node.GetHideFromEditors()]
    others = (node for node in (*segmentations, *models) if node is not segmentationNode)
    if not any(_isSeenIn3D(node) for node in others):
        slicer.util.resetThreeDViews()


def _isSeenIn3D(node: Any) -> bool:
    display = node.GetDisplayNode()
    return display is not None and bool(display.GetVisibility() and display.GetVisibility3D())
