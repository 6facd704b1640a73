"""A segmentation of the scene as label values again, corrections included."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from slicer.i18n import tr as _
from vtk.util.numpy_support import vtk_to_numpy

from LVSegULib.errors import InputError
from LVSegULib.labels import BY_KEY, Label
from LVSegUSlicer.result_frames import resultFrames
from LVSegUSlicer.scene_writer import LABELS_ATTRIBUTE, inputOf


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
        InputError: it is not one of LVSegU's.
    """
    regions = regionsOf(segmentationNode)
    grid = referenceGrid(segmentationNode)
    frames = resultFrames(segmentationNode)
    nodes = [segmentationNode] if frames is None else frames.nodes()
    labels = np.stack([_labelsOf(node, regions, grid) for node in nodes])
    time_ms = None if frames is None else frames.time_ms
    return SceneLabels(labels, _spacingInWorld(segmentationNode, grid), time_ms)


def referenceGrid(segmentationNode: Any) -> Any:
    """The grid (vtkOrientedImageData) of the volume that was segmented; as the segmentation remembers it if it is gone.

    The volume comes first, as a correction may have changed what one frame remembers.
    """
    volume = inputOf(segmentationNode)
    if volume is not None and volume.GetImageData() is not None:
        logic = slicer.vtkSlicerSegmentationsModuleLogic
        image = logic.CreateOrientedImageDataFromVolumeNode(volume, segmentationNode.GetParentTransformNode())
        image.UnRegister(None)
        return image
    name = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()
    grid = slicer.vtkOrientedImageData()
    text = segmentationNode.GetSegmentation().GetConversionParameter(name)
    if not text or not slicer.vtkSegmentationConverter.DeserializeImageGeometry(text, grid, False):
        raise InputError(
            _("{name}: it has lost the geometry of its images: segment them again").format(
                name=segmentationNode.GetName()
            )
        )
    return grid


def _labelsOf(node: Any, regions: tuple[Label, ...], grid: Any) -> NDArray[np.uint8]:
    """Label values (K, J, I) of one frame; where segments overlap, the first region wins."""
    left, right, front, back, low, high = grid.GetExtent()
    labels = np.zeros((high - low + 1, back - front + 1, right - left + 1), np.uint8)
    if not node.GetSegmentation().ContainsRepresentation("Binary labelmap"):
        node.GetSegmentation().CreateRepresentation("Binary labelmap")  # of surfaces that were edited elsewhere
    for region in reversed(regions):
        segment = node.GetSegmentation().GetSegment(region.key)
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
    toWorld, toParent = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
    grid.GetImageToWorldMatrix(toParent)
    if node.GetParentTransformNode() is not None:
        node.GetParentTransformNode().GetMatrixTransformToWorld(toWorld)
    return np.asarray(slicer.util.arrayFromVTKMatrix(toWorld) @ slicer.util.arrayFromVTKMatrix(toParent))


def _spacingInWorld(node: Any, grid: Any) -> tuple[float, float, float]:
    i_mm, j_mm, k_mm = np.linalg.norm(gridToWorld(node, grid)[:3, :3], axis=0)
    return float(k_mm), float(j_mm), float(i_mm)
