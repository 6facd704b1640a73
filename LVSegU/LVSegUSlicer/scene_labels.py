"""A segmentation of the scene as label values again, corrections included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from slicer.i18n import tr as _
from vtk.util.numpy_support import vtk_to_numpy

from LVSegULib.errors import InputError
from LVSegULib.labels import BY_KEY, Label
from LVSegUSlicer.result_frames import frameNodes, resultFrames
from LVSegUSlicer.scene_writer import LABELS_ATTRIBUTE, inputOf

_LARGEST_SHIFT = 0.1
"""Grids of which no corner lies further apart, in voxels, are the same."""


class MissingSegment(InputError):
    """A frame has no segment of a region, so that its volume is not known."""


class SceneLabels(NamedTuple):
    """What is segmented now.

    Attributes:
        labels: label values (T, K, J, I) on the own grid of the volume that was segmented.
        spacing_mm: voxel size (K, J, I) in the world, mm.
        time_ms: time of each frame (T,) in ms; None where it is not known.
    """

    labels: NDArray[np.uint8]
    spacing_mm: tuple[float, float, float]
    time_ms: NDArray[np.float64] | None


def regionsOf(segmentationNode: Any) -> tuple[Label, ...]:
    """The labels that LVSegU gave a segmentation.

    Raises:
        InputError: it is not one of LVSegU's.
    """
    keys = (segmentationNode.GetAttribute(LABELS_ATTRIBUTE) or "").split()
    if not keys or any(key not in BY_KEY for key in keys):
        raise InputError(
            _("{name}: LVSegU did not make this segmentation: press Apply first, then correct its result").format(
                name=segmentationNode.GetName()
            )
        )
    return tuple(BY_KEY[key] for key in keys)


def readLabels(segmentationNode: Any) -> SceneLabels:
    """Every frame of a segmentation that LVSegU made.

    Raises:
        InputError: it is not one of LVSegU's, or has lost the geometry of its images.
        MissingSegment: a segment was removed from a frame.
    """
    regions = regionsOf(segmentationNode)
    frames = resultFrames(segmentationNode)
    nodes = frameNodes(segmentationNode, frames)
    grid = referenceGrid(segmentationNode, nodes)
    for index, node in enumerate(nodes):
        _checkSegments(node, regions, segmentationNode.GetName(), None if frames is None else frames.items[index])
    labels = np.stack([_labelsOf(node, regions, grid) for node in nodes])
    time_ms = None if frames is None else frames.time_ms
    return SceneLabels(labels, _spacingInWorld(segmentationNode, grid), time_ms)


def referenceGrid(segmentationNode: Any, nodes: Sequence[Any] | None = None) -> Any:
    """The grid (vtkOrientedImageData) of the images that were segmented, where they were then.

    It is the volume's, unless that was moved since: then it is the one that most frames remember. A correction may have
    changed what one frame remembers, so that sizes other than the volume's do not count, and a single frame never
    decides for the others; of two frames that differ, the one that agrees with the volume does.

    Args:
        segmentationNode: a segmentation that LVSegU made.
        nodes: its frames, where they are known.

    Raises:
        InputError: the volume is gone, and no frame remembers.
    """
    if nodes is None:
        nodes = frameNodes(segmentationNode, resultFrames(segmentationNode))
    grids = _rememberedGrids(nodes)
    volume = inputOf(segmentationNode)
    if volume is not None and volume.GetImageData() is not None:
        present = _gridOfVolume(volume, segmentationNode)
        grids = [(grid, count) for grid, count in grids if grid.GetExtent() == present.GetExtent()]
        if not grids or any(_isSame(grid, present) for grid, count in grids if count == grids[0][1]):
            return present
    if not grids:
        raise InputError(
            _("{name}: it has lost the geometry of its images: segment them again").format(
                name=segmentationNode.GetName()
            )
        )
    return grids[0][0]


def segmentOf(node: Any, region: Label) -> Any:
    """The vtkSegment of a region in one frame; None if there is none.

    A segment that was drawn anew has another ID: it is taken if it is the only one with the region's name. Or else it
    is the one that LVSegU made, unless that was given another region's name, or else the only one with the code.
    """
    segmentation = node.GetSegmentation()
    segments = {name: segmentation.GetSegment(name) for name in segmentation.GetSegmentIDs()}
    named = [segment for segment in segments.values() if _hasName(segment, region)]
    own = [segment for key, segment in segments.items() if key == region.key and not _isAnothers(segment, region)]
    coded = [segment for key, segment in segments.items() if key not in BY_KEY and _hasCode(segment, region)]
    return next((found[0] for found in (named, own, coded) if len(found) == 1), None)


def _hasName(segment: Any, region: Label) -> bool:
    return bool(segment.GetName().strip().casefold() == region.name.casefold())


def _isAnothers(segment: Any, region: Label) -> bool:
    """Whether a segment has the name of another region."""
    return any(_hasName(segment, other) for other in BY_KEY.values() if other != region)


def _hasCode(segment: Any, region: Label) -> bool:
    """Whether the type in a segment's terminology entry, list~category~type~..., is the region's."""
    entry = vtk.mutable("")
    segment.GetTag(slicer.vtkSegment.GetTerminologyEntryTagName(), entry)
    return "".join(str(entry).split("~")[2:3]).startswith(f"SCT^{region.snomed}^")


def _checkSegments(node: Any, regions: Sequence[Label], name: str, item: int | None) -> None:
    """Raise if a frame lacks a region's segment; an empty one is not lacking.

    Args:
        node: the frame.
        regions: what it should have.
        name: of the result.
        item: which item of the cine the frame is; None of a single volume.

    Raises:
        MissingSegment: it does.
    """
    missing = next((region for region in regions if segmentOf(node, region) is None), None)
    if missing is None:
        return
    if item is None:
        text = _('{name}: it has no segment "{segment}": rename what takes its place, or add an empty one of this name')
    else:
        text = _(
            '{name}: frame {frame} has no segment "{segment}": rename what takes its place, or add an empty one of '
            "this name"
        )
    raise MissingSegment(text.format(name=name, frame=item, segment=missing.name))


def _gridOfVolume(volume: Any, segmentationNode: Any) -> Any:
    """The volume's grid as it lies now, relative to the parent transform of a segmentation."""
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    image = logic.CreateOrientedImageDataFromVolumeNode(volume, segmentationNode.GetParentTransformNode())
    image.UnRegister(None)
    return image


def _rememberedGrids(nodes: Sequence[Any]) -> list[tuple[Any, int]]:
    """What frames know of the images' geometry and how many of them, each once, what most of them know first."""
    name = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
    texts = Counter(node.GetSegmentation().GetConversionParameter(name) for node in nodes)
    grids = []
    for text, count in texts.most_common():
        grid = slicer.vtkOrientedImageData()
        if text and slicer.vtkSegmentationConverter.DeserializeImageGeometry(text, grid, False):
            grids.append((grid, count))
    return grids


def _isSame(grid: Any, other: Any) -> bool:
    """Whether two grids of the same size lie in the same place."""
    left, right, front, back, low, high = grid.GetExtent()
    corners = np.array([(i, j, k, 1) for i in (left, right) for j in (front, back) for k in (low, high)], np.float64)
    here, there = _toParent(grid), _toParent(other)
    shifts = np.linalg.solve(there, here @ corners.T) - corners.T
    return bool(np.abs(shifts).max() <= _LARGEST_SHIFT)


def _toParent(grid: Any) -> NDArray[np.float64]:
    """4x4 matrix from voxel indices to RAS, relative to the parent transform of the node, mm."""
    matrix = vtk.vtkMatrix4x4()
    grid.GetImageToWorldMatrix(matrix)
    return np.asarray(slicer.util.arrayFromVTKMatrix(matrix), np.float64)


def _labelsOf(node: Any, regions: tuple[Label, ...], grid: Any) -> NDArray[np.uint8]:
    """Label values (K, J, I) of one frame; where segments overlap, the first region wins."""
    left, right, front, back, low, high = grid.GetExtent()
    labels = np.zeros((high - low + 1, back - front + 1, right - left + 1), np.uint8)
    if not node.GetSegmentation().ContainsRepresentation("Binary labelmap"):
        node.GetSegmentation().CreateRepresentation("Binary labelmap")  # of surfaces that were edited elsewhere
    for region in reversed(regions):
        segment = segmentOf(node, region)
        image = None if segment is None else segment.GetRepresentation("Binary labelmap")
        if image is not None and image.GetNumberOfPoints() > 0:
            labels[_onGrid(image, grid) == segment.GetLabelValue()] = region.value
    return labels


def _onGrid(image: Any, grid: Any) -> NDArray[Any]:
    """The pixels (K, J, I) of a segment's image on the whole of the grid."""
    whole = slicer.vtkOrientedImageData()
    slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(image, grid, whole, False)
    size = whole.GetDimensions()
    pixels = vtk_to_numpy(whole.GetPointData().GetScalars())
    return pixels.reshape(size[::-1])


def gridToWorld(node: Any, grid: Any) -> NDArray[np.float64]:
    """4x4 matrix from voxel indices (i, j, k, 1) of a vtkOrientedImageData of a node to RAS in the world, mm."""
    toWorld = vtk.vtkMatrix4x4()
    if node.GetParentTransformNode() is not None:
        node.GetParentTransformNode().GetMatrixTransformToWorld(toWorld)
    return np.asarray(slicer.util.arrayFromVTKMatrix(toWorld) @ _toParent(grid))


def _spacingInWorld(node: Any, grid: Any) -> tuple[float, float, float]:
    i_mm, j_mm, k_mm = np.linalg.norm(gridToWorld(node, grid)[:3, :3], axis=0)
    return float(k_mm), float(j_mm), float(i_mm)
