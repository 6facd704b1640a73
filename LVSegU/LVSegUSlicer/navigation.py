"""Going to a frame or a slice of a result."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from LVSegULib.labels import CAVITY
from LVSegUSlicer.result_frames import resultFrames
from LVSegUSlicer.scene_labels import gridToWorld, referenceGrid, segmentOf
from LVSegUSlicer.slice_layers import sliceNodes

_RAS = 3


def goToFrame(segmentationNode: Any, frame: int) -> None:
    """Select a frame, from 0, in the browser that plays a segmentation, and show the cavity there.

    Slice views that miss the cavity jump to its middle; the others stay where they are, so that one slice can be
    compared between ED and ES. A single volume has no browser; only its slices jump.
    """
    _select(segmentationNode, frame)
    corners = _cornersOfCavity(segmentationNode)
    if corners is not None:
        for sliceNode in sliceNodes():
            if _misses(sliceNode, corners):
                sliceNode.JumpSliceByOffsetting(*corners.mean(axis=0))


def goToSlice(segmentationNode: Any, frame: int, index: int, axis: int) -> None:
    """Select a frame, and let every slice view show a slice, at the middle of the frame's cavity or of the image.

    Args:
        segmentationNode: the result.
        frame: frame, from 0; without effect for a single volume.
        index: slice, from 0, along `axis`.
        axis: axis of the volume's own arrays (0 for K, 1 for J, 2 for I) along which the slices are counted.
    """
    _select(segmentationNode, frame)
    grid = referenceGrid(segmentationNode)
    extent = np.reshape(grid.GetExtent(), (_RAS, 2))
    toWorld = gridToWorld(segmentationNode, grid)
    corners = _cornersOfCavity(segmentationNode)
    place = np.append(extent.mean(axis=1), 1.0)
    if corners is not None:
        place = np.linalg.solve(toWorld, np.append(corners.mean(axis=0), 1.0))
    place[_RAS - 1 - axis] = extent[_RAS - 1 - axis, 0] + index
    for sliceNode in sliceNodes():
        sliceNode.JumpSliceByOffsetting(*(toWorld @ place)[:_RAS])


def _select(segmentationNode: Any, frame: int) -> None:
    """Select a frame in the browser, if there is one."""
    frames = resultFrames(segmentationNode)
    if frames is not None:
        frames.select(frame)


def _cornersOfCavity(segmentationNode: Any) -> NDArray[np.float64] | None:
    """Corners (8, 3) of the box of voxels around the cavity, RAS in mm; None where there is no cavity."""
    segment = segmentOf(segmentationNode, CAVITY)
    image = None if segment is None else segment.GetRepresentation("Binary labelmap")
    extent = [0] * 6
    # The labels of all segments may share an image; values below the cavity's are not its own.
    low = 0 if segment is None else segment.GetLabelValue() - 1
    if image is None or not slicer.vtkOrientedImageDataResample.CalculateEffectiveExtent(image, extent, low):
        return None
    ranges = ((extent[2 * axis], extent[2 * axis + 1]) for axis in range(_RAS))
    corners = np.array([(*corner, 1) for corner in product(*ranges)], np.float64)
    return (corners @ gridToWorld(segmentationNode, image).T)[:, :_RAS]


def _misses(sliceNode: Any, corners: NDArray[np.float64]) -> bool:
    """Whether all corners (8, 3) lie on one side of a slice view's plane."""
    matrix = slicer.util.arrayFromVTKMatrix(sliceNode.GetSliceToRAS())
    heights = (corners - matrix[:_RAS, 3]) @ matrix[:_RAS, 2]
    return bool((heights > 0).all() or (heights < 0).all())
