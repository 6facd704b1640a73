"""From labels to the scene: a segmentation with names, colours and codes; of a cine, a sequence of them that plays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from slicer.i18n import tr as _

from LVSegULib.labels import Label
from LVSegULib.progress import Report, silent
from LVSegUSlicer.hierarchy import putBeside
from LVSegUSlicer.scene_reader import SceneCine
from LVSegUSlicer.sequences import indexValueShowing

INPUT_ROLE = "LVSegU.Input"
LABELS_ATTRIBUTE = "LVSegU.Labels"

FILL_OPACITY = 0.2
OUTLINE_PIXELS = 2


def writeSegmentation(
    scene: SceneCine,
    labels: NDArray[np.uint8],
    regions: Sequence[Label],
    *,
    smoothing: float,
    show3D: bool,
    progress: Report = silent,
) -> Any:
    """Write a segmentation.

    Args:
        scene: what was segmented; its nodes are in the scene.
        labels: label values (T, K, J, I) on the cine's grid.
        regions: the labels that the model knows; each becomes a segment, also where it is empty.
        smoothing: of the 3-D surface, 0 to 1.
        show3D: make the surface of every frame and show it.
        progress: told the share done after each frame of a cine; whatever it raises stops the work.

    Returns:
        The vtkMRMLSegmentationNode (for a cine the proxy of a sequence).
    """
    volume = slicer.mrmlScene.GetNodeByID(scene.inputNodeID)
    name = slicer.mrmlScene.GenerateUniqueName(_nameOf(scene))
    node = _newSegmentation(name, volume, regions, smoothing)
    frames = scene.toNodeGrid(labels)
    segments = {region.value: region.key for region in regions}
    if scene.sequenceID is None or scene.browserID is None or len(frames) == 1:
        fillSegments(node, frames[0], segments, volume, show3D=show3D)
    else:
        sequence, browser = (slicer.mrmlScene.GetNodeByID(nodeID) for nodeID in (scene.sequenceID, scene.browserID))
        results = _newSequence(sequence, name)
        for index, (frame, item) in enumerate(zip(frames, scene.items, strict=True)):
            fillSegments(node, frame, segments, volume, show3D=show3D)
            results.SetDataNodeAtValue(node, indexValueShowing(browser, sequence, item))
            progress((index + 1) / (len(frames) + 1))
        removeWithDisplay(node)
        node = _play(browser, results, name)
    _finish(node, volume, show3D=show3D)
    return node


def inputOf(segmentationNode: Any) -> Any:
    """The volume that a segmentation was made of; None if it is gone."""
    return segmentationNode.GetNodeReference(INPUT_ROLE)


def _nameOf(scene: SceneCine) -> str:
    """Of one frame of several, which one it is."""
    if scene.frame is None:
        return str(_("{name} LV").format(name=scene.cine.name))
    return str(_("{name} LV frame {frame}").format(name=scene.cine.name, frame=scene.frame))


def _newSegmentation(name: str, volume: Any, regions: Sequence[Label], smoothing: float) -> Any:
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())  # first: the geometry is taken relative to it
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    node.SetAttribute(LABELS_ATTRIBUTE, " ".join(region.key for region in regions))
    segmentation = node.GetSegmentation()
    segmentation.SetConversionParameter("Smoothing factor", f"{smoothing:g}")
    for region in regions:
        addSegment(segmentation, region)
    return node


def addSegment(segmentation: Any, region: Label) -> str:
    """Give a vtkSegmentation an empty segment with a region's name, colour and code; returns its ID.

    That is the region's key, unless there is a segment of this ID already.
    """
    isFree = segmentation.GetSegment(region.key) is None
    segmentID = segmentation.AddEmptySegment(region.key if isFree else "", region.name, region.colour)
    segment = segmentation.GetSegment(segmentID)
    segment.SetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), region.terminology_entry)
    return str(segmentID)


def fillSegments(
    node: Any, frame: NDArray[np.uint8], segments: Mapping[int, str], volume: Any, *, show3D: bool
) -> None:
    """Put the labels (K, J, I) of one frame, on the volume's own grid, into the segments.

    As slicer.util.updateSegmentBinaryLabelmapFromArray does it, which leaves a display node behind each time.

    Args:
        node: the segmentation.
        frame: label values (K, J, I).
        segments: the ID of the segment for each label value.
        volume: the images.
        show3D: make the surface.
    """
    labelmap = slicer.modules.volumes.logic().CreateAndAddLabelVolume(volume, "__temp__")
    try:
        for value, segmentID in segments.items():
            slicer.util.updateVolumeFromArray(labelmap, (frame == value).view(np.uint8))
            filled = vtk.vtkStringArray()
            filled.InsertNextValue(segmentID)
            if not slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(labelmap, node, filled):
                raise RuntimeError(f"the segment {segmentID} cannot be filled")
    finally:
        removeWithDisplay(labelmap)
    if show3D:
        node.RemoveClosedSurfaceRepresentation()
        node.CreateClosedSurfaceRepresentation()


def removeWithDisplay(node: Any) -> None:
    """Remove a node, and its display nodes, which would stay behind."""
    displays = [node.GetNthDisplayNode(index) for index in range(node.GetNumberOfDisplayNodes())]
    for one in (node, *displays):
        if one is not None and one.GetScene() is not None:
            one.GetScene().RemoveNode(one)


def _newSequence(master: Any, name: str) -> Any:
    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
    sequence.SetIndexName(master.GetIndexName())
    sequence.SetIndexUnit(master.GetIndexUnit())
    sequence.SetIndexType(master.GetIndexType())
    sequence.SetNumericIndexValueTolerance(master.GetNumericIndexValueTolerance())
    return sequence


def _play(browser: Any, sequence: Any, name: str) -> Any:
    """Let the browser play a sequence beside its others; corrections of a frame are kept."""
    browser.AddSynchronizedSequenceNode(sequence)
    browser.SetOverwriteProxyName(sequence, False)
    browser.SetSaveChanges(sequence, True)
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    proxy = browser.GetProxyNode(sequence)
    proxy.SetName(name)
    return proxy


def _finish(node: Any, volume: Any, *, show3D: bool) -> None:
    """Display, place and references."""
    node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    node.SetNodeReferenceID(INPUT_ROLE, volume.GetID())
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetAllSegmentsOpacity2DFill(FILL_OPACITY)
    display.SetSliceIntersectionThickness(OUTLINE_PIXELS)
    display.SetVisibility3D(show3D)
    display.SetPreferredDisplayRepresentationName3D("Closed surface")
    putBeside(node, volume)
