"""A result that is removed goes as a whole: its frames, tables and chart with it."""

from __future__ import annotations

from typing import Any

import slicer
import vtk

from LVSegUSlicer.scene_writer import INPUT_ROLE, LABELS_ATTRIBUTE
from LVSegUSlicer.sequences import browserOf

_OWN_ROLES = "LVSegU."
"""How the roles begin by which a segmentation refers to what belongs to its result; its input does not."""


class ResultGuard:
    """Watches a scene for as long as it lives.

    The frames of a cine's result are in a sequence. Without that being removed too, Slicer would show the next frame in
    a new segmentation, which refers to no images, tables or chart.
    """

    def __init__(self, scene: Any) -> None:
        self.scene = scene
        self._tag = scene.AddObserver(scene.NodeAboutToBeRemovedEvent, self._onRemoved)

    def release(self) -> None:
        """Watch the scene no more."""
        self.scene.RemoveObserver(self._tag)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onRemoved(self, scene: Any, _event: Any, node: Any) -> None:
        isResult = node.IsA("vtkMRMLSegmentationNode") and node.GetAttribute(LABELS_ATTRIBUTE)
        if not isResult or scene.IsClosing() or scene.IsImporting() or scene.IsRestoring():
            return
        for one in [*self._ownNodes(node), *_noLongerPlayed(node)]:
            if scene.IsNodePresent(one):  # removing one may remove others
                scene.RemoveNode(one)

    def _ownNodes(self, segmentationNode: Any) -> list[Any]:
        """Tables, chart and series of a result; not those that a copy of the segmentation refers to as well."""
        count = self.scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode")
        nodes = [self.scene.GetNthNodeByClass(index, "vtkMRMLSegmentationNode") for index in range(count)]
        used = {other.GetID() for node in nodes if node is not segmentationNode for other in _referred(node)}
        return [node for node in _referred(segmentationNode) if node.GetID() not in used]


def _noLongerPlayed(segmentationNode: Any) -> list[Any]:
    """The sequence of a result, taken out of its browser; none if another browser plays it as well."""
    browser = browserOf(segmentationNode)
    sequence = None if browser is None else browser.GetSequenceNode(segmentationNode)
    if sequence is None:
        return []
    isPlaying = browser.GetPlaybackActive()
    browser.RemoveSynchronizedSequenceNode(sequence.GetID())
    browser.SetPlaybackActive(isPlaying)  # Slicer stops the cine, which goes on without the result
    other = slicer.modules.sequences.logic().GetFirstBrowserNodeForSequenceNode(sequence)
    return [sequence] if other is None else []


def _referred(segmentationNode: Any) -> list[Any]:
    roles: list[str] = []
    segmentationNode.GetNodeReferenceRoles(roles)
    own = (role for role in roles if role.startswith(_OWN_ROLES) and role != INPUT_ROLE)
    return [node for node in map(segmentationNode.GetNodeReference, own) if node is not None]
