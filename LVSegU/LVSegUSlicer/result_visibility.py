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


def turnToFirstSurface(segmentationNode: Any) -> None:
    """Turn the 3-D views to a result's surface, unless they may hold anything else: then the user chose his view.

    What is hidden just now counts too: it may be shown again, and then be missed.
    """
    if slicer.app.layoutManager() is None or not segmentationNode.GetDisplayVisibility():
        return
    nodes = slicer.util.getNodesByClass("vtkMRMLDisplayableNode")
    others = (node for node in nodes if node is not segmentationNode and not node.GetHideFromEditors())
    if _hasDisplayIn3D(segmentationNode) and not any(_hasDisplayIn3D(node) for node in others):
        slicer.util.resetThreeDViews()


def _hasDisplayIn3D(node: Any) -> bool:
    """Whether 3-D views draw a node when it is visible: not a volume's images, and no camera, which has no display."""
    displays = (node.GetNthDisplayNode(index) for index in range(node.GetNumberOfDisplayNodes()))
    return any(
        display is not None and display.GetVisibility3D() and not display.IsA("vtkMRMLVolumeDisplayNode")
        for display in displays
    )
