"""Keeps results whole while another scene is loaded into the one that is there."""

from __future__ import annotations

from typing import Any

import slicer

from LVSegUSlicer.result_frames import ResultFrames, copyOf, resultFrames
from LVSegUSlicer.scene_writer import LABELS_ATTRIBUTE


class ImportGuard:
    """Watches a scene for as long as it lives.

    While Slicer loads a scene, its sequence browsers refer to nodes by the names that they had when they were saved,
    and for a moment these are nodes of the scene that is there. Their segmentations then share its frames, which are
    emptied as soon as the files of the new ones are read.
    """

    def __init__(self, scene: Any) -> None:
        self.scene = scene
        self._kept: list[tuple[ResultFrames, list[Any]]] = []
        self._tags = (
            scene.AddObserver(scene.StartImportEvent, self._keep),
            scene.AddObserver(scene.EndImportEvent, self._putBack),
        )

    def release(self) -> None:
        """Watch the scene no more."""
        for tag in self._tags:
            self.scene.RemoveObserver(tag)

    def _keep(self, _caller: Any, _event: Any) -> None:
        """Copy all frames of all results."""
        self._kept = [(frames, [copyOf(node.GetSegmentation()) for node in frames.nodes()]) for frames in _results()]

    def _putBack(self, _caller: Any, _event: Any) -> None:
        """Write them into the same frames, and let all results show their own frames again."""
        for frames, segmentations in self._kept:
            frames.write(segmentations)
        self._kept = []
        for frames in _results():
            frames.showSelected()


def _results() -> list[ResultFrames]:
    """The results in the scene that play."""
    nodes = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    found = [resultFrames(node) for node in nodes if node.GetAttribute(LABELS_ATTRIBUTE)]
    return [frames for frames in found if frames is not None]
