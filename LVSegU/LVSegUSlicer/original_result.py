"""A result as it was before filters were turned off: its frames can be written anew, and all of it put back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray
from slicer.i18n import tr as _

from LVSegULib.errors import InputError
from LVSegULib.labels import Label
from LVSegULib.progress import Report, silent
from LVSegUSlicer.request import Results
from LVSegUSlicer.result_frames import copyOf, frameNodes, give, resultFrames
from LVSegUSlicer.results_store import storedVolumes, storeResults
from LVSegUSlicer.scene_labels import segmentOf
from LVSegUSlicer.scene_writer import addSegment, fillSegments, inputOf, removeWithDisplay

_SURFACE = "Closed surface"


class OriginalResult:
    """Keeps every frame of a result, corrections included, with its measures; nothing is added to the scene."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self._volumes_ml = storedVolumes(results)
        self._played = resultFrames(results.segmentationNode)
        nodes = frameNodes(results.segmentationNode, self._played)
        self._frames = [copyOf(node.GetSegmentation()) for node in nodes]

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

    def rewrite(self, frames: NDArray[np.uint8], regions: Sequence[Label], progress: Report = silent) -> None:
        """Write other labels into the result's frames; what else is in them stays.

        Args:
            frames: label values (T, K, J, I) on the volume's own grid.
            regions: what the values mean; their segments are filled, or what stands in for them.
            progress: told the share done; whatever it raises stops the work.

        Raises:
            InputError: the result or its input was removed.
        """
        volume = inputOf(self.results.segmentationNode)
        if volume is None or not self.isInScene:
            raise InputError(_("the result or its input was removed: press Apply"))
        node, written = _workingCopy(self.results.segmentationNode), []
        try:
            for index, (kept, labels) in enumerate(zip(self._frames, frames, strict=True)):
                node.GetSegmentation().DeepCopy(kept)
                node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
                segments = {region.value: _segmentFor(node, region) for region in regions}
                fillSegments(node, labels, segments, volume, show3D=kept.ContainsRepresentation(_SURFACE))
                written.append(copyOf(node.GetSegmentation()))
                progress((index + 1) / len(frames))
        finally:
            removeWithDisplay(node)
        self._write(written)

    def putBack(self) -> Results:
        """Make the result what it was, voxel for voxel."""
        self._write([copyOf(kept) for kept in self._frames])
        results = self.results
        return storeResults(results.segmentationNode, results.measures, self._volumes_ml, quality=results.quality)

    def _write(self, segmentations: Sequence[Any]) -> None:
        """Give every frame its segmentation, and show it; where the browser is gone, show the frame seen last."""
        played = self._played
        if played is None:
            give(self.results.segmentationNode, segmentations[0])
            return
        shown = played.shown() or 0
        played.write(segmentations)
        if not played.isPlayed:
            give(self.results.segmentationNode, segmentations[shown])
            return
        played.showSelected()
        played.dropCopies()


def _segmentFor(node: Any, region: Label) -> str:
    """ID of the segment that counts as a region, so that it is the only one; it is added if there is none."""
    segmentation, segment = node.GetSegmentation(), segmentOf(node, region)
    return addSegment(segmentation, region) if segment is None else str(segmentation.GetSegmentIdBySegment(segment))


def _workingCopy(segmentationNode: Any) -> Any:
    """A hidden node in the same place: labels are brought into segments by way of the scene."""
    node = slicer.vtkMRMLSegmentationNode()
    node.SetName(slicer.mrmlScene.GenerateUniqueName(segmentationNode.GetName()))
    node.SetHideFromEditors(True)
    node.SetSaveWithScene(False)
    node = slicer.mrmlScene.AddNode(node)
    node.SetAndObserveTransformNodeID(segmentationNode.GetTransformNodeID())
    return node
