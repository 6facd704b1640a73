"""A result as it was before filters were turned off: its frames can be written anew, and all of it put back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray
from slicer.i18n import tr as _

from LVSegULib.errors import InputError
from LVSegULib.labels import Label
from LVSegUSlicer.request import Results
from LVSegUSlicer.results_store import storedVolumes, storeResults
from LVSegUSlicer.scene_writer import fillSegments, inputOf, removeWithDisplay
from LVSegUSlicer.sequences import dataNodes

_SURFACE = "Closed surface"


class OriginalResult:
    """Keeps every frame of a result, corrections included, with its measures; nothing is added to the scene."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self._volumes_ml = storedVolumes(results)
        nodes = self._nodes()
        if results.browserNode is not None:
            # What is being corrected now may not be in the sequence yet.
            nodes[min(max(results.browserNode.GetSelectedItemNumber(), 0), len(nodes) - 1)] = results.segmentationNode
        self._frames = [_copyOf(node) for node in nodes]

    @property
    def frameCount(self) -> int:
        """How many frames there are."""
        return len(self._frames)

    @property
    def isInScene(self) -> bool:
        """Whether its segmentation and tables are still there."""
        results = self.results
        nodes = (results.segmentationNode, results.measuresTableNode, results.framesTableNode)
        return all(node.GetScene() is slicer.mrmlScene for node in nodes)

    def rewrite(
        self, frames: NDArray[np.uint8], regions: Sequence[Label], progress: Callable[[float], None] = lambda _: None
    ) -> None:
        """Write other labels into the result's frames; what else is in them stays.

        Args:
            frames: label values (T, K, J, I) on the volume's own grid.
            regions: what the values mean; their segments are filled.
            progress: told the share done; whatever it raises stops the work.

        Raises:
            InputError: the result or its input was removed.
        """
        volume = inputOf(self.results.segmentationNode)
        if volume is None or not self.isInScene:
            raise InputError(_("the result or its input was removed: press Apply"))
        node = _workingCopy(self.results.segmentationNode)
        try:
            for index, (kept, labels) in enumerate(zip(self._frames, frames, strict=True)):
                node.GetSegmentation().DeepCopy(kept)
                fillSegments(node, labels, regions, volume, show3D=kept.ContainsRepresentation(_SURFACE))
                _put(self._nodes()[index], node.GetSegmentation())
                progress((index + 1) / len(frames))
        finally:
            removeWithDisplay(node)
        self._show()

    def putBack(self) -> Results:
        """Make the result what it was, voxel for voxel."""
        for node, kept in zip(self._nodes(), self._frames, strict=True):
            _put(node, kept)
        self._show()
        results = self.results
        return storeResults(results.segmentationNode, results.measures, self._volumes_ml, quality=results.quality)

    def _nodes(self) -> list[Any]:
        """The node of each frame; of a single volume, the segmentation itself."""
        sequence = self._sequence()
        return [self.results.segmentationNode] if sequence is None else dataNodes(sequence)

    def _sequence(self) -> Any:
        browser = self.results.browserNode
        return None if browser is None else browser.GetSequenceNode(self.results.segmentationNode)

    def _show(self) -> None:
        if self._sequence() is not None:
            slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(self.results.browserNode)


def _copyOf(node: Any) -> Any:
    copy = slicer.vtkSegmentation()
    copy.DeepCopy(node.GetSegmentation())
    return copy


def _put(node: Any, segmentation: Any) -> None:
    node.GetSegmentation().DeepCopy(segmentation)


def _workingCopy(segmentationNode: Any) -> Any:
    """A hidden node in the same place: labels are brought into segments by way of the scene."""
    node = slicer.vtkMRMLSegmentationNode()
    node.SetName(slicer.mrmlScene.GenerateUniqueName(segmentationNode.GetName()))
    node.SetHideFromEditors(True)
    node.SetSaveWithScene(False)
    node = slicer.mrmlScene.AddNode(node)
    node.SetAndObserveTransformNodeID(segmentationNode.GetTransformNodeID())
    return node
