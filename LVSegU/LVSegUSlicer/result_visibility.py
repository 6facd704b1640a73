"""Of several results of one input only one is seen, for their contours have the same colours."""

from __future__ import annotations

from typing import Any

import slicer

from LVSegUSlicer.scene_writer import LABELS_ATTRIBUTE, inputOf


def showAlone(segmentationNode: Any) -> None:
    """Show a result and hide the others of its input; what LVSegU did not make stays as it is."""
    volume = inputOf(segmentationNode)
    if not segmentationNode.GetAttribute(LABELS_ATTRIBUTE) or volume is None:
        return
    for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        if node.GetAttribute(LABELS_ATTRIBUTE) and inputOf(node) is volume and node.GetDisplayNode() is not None:
            node.GetDisplayNode().SetVisibility(node is segmentationNode)
