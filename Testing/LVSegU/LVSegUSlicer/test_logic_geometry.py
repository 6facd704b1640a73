"""However the voxels are stored and wherever the patient lies: the same region in space, the same volume in mL."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.reading import read_cine
from Testing.LVSegU.segmenting import process

pytest.importorskip("onnxruntime")

Matrix = NDArray[np.float64]


@pytest.fixture(scope="module")
def the_cine(the_sample_patient: Path) -> Cine:
    """The sample patient."""
    return read_cine(the_sample_patient)


class Places:
    """Segments stored voxels (K, J, I) and says where in space (RAS) the left ventricle was found."""

    def __init__(self, logic: Any) -> None:
        self._logic = logic

    def add(self, stored: NDArray[Any], ijk_to_ras: Matrix) -> Any:
        import slicer

        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "volume")
        slicer.util.updateVolumeFromArray(node, np.ascontiguousarray(stored))
        node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(ijk_to_ras))
        return node

    def found(self, node: Any) -> tuple[float, Matrix]:
        """Volume in mL, and the centres (N, 3) of the cavity's voxels, from the segment's own image and geometry."""
        import slicer

        results = process(self._logic, node)
        segmentation = results.segmentationNode
        (segment,) = segmentation.GetSegmentation().GetSegmentIDs()
        image = slicer.vtkOrientedImageData()
        segmentation.GetBinaryLabelmapRepresentation(segment, image)
        matrix = slicer.vtkMRMLSliceNode().GetXYToRAS()  # any vtkMatrix4x4
        image.GetImageToWorldMatrix(matrix)
        left, _right, front, _back, low, _high = image.GetExtent()
        pixels = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segment)
        kji = np.argwhere(pixels == segmentation.GetSegmentation().GetSegment(segment).GetLabelValue())
        ijk = kji[:, ::-1] + (left, front, low)
        to_parent = np.asarray(slicer.util.arrayFromVTKMatrix(matrix))
        ras = ijk @ to_parent[:3, :3].T + to_parent[:3, 3]
        transform = segmentation.GetParentTransformNode()
        if transform is not None:
            to_world = slicer.util.arrayFromTransformMatrix(transform, toWorld=True)
            ras = ras @ to_world[:3, :3].T + to_world[:3, 3]
        return results.measures.volumes_ml[0], ras


@pytest.fixture
def places(a_scene: Any) -> Places:
    """A logic on an empty scene."""
    assert a_scene is not None
    from LVSegUSlicer.logic import LVSegULogic

    return Places(LVSegULogic())


def assert_same_region(found: Matrix, expected: Matrix) -> None:
    """99.9 % of the voxels' centres are the same, to a hundredth of a millimetre."""
    here, there = ({tuple(point) for point in np.round(points, 1)} for points in (found + 0.037, expected + 0.037))
    assert len(expected) > 1000
    assert len(here ^ there) <= 0.001 * len(expected)


def stored_otherwise(
    pixels: NDArray[Any], ijk_to_ras: Matrix, order: tuple[int, ...], mirrored: tuple[bool, ...]
) -> tuple[NDArray[Any], Matrix]:
    """The same voxels in the same places, with the axes of the array (K, J, I) in another order, some run backwards."""
    matrix = ijk_to_ras.copy()
    for axis, isMirrored in enumerate(mirrored):
        if isMirrored:
            column = 2 - axis
            matrix[:3, 3] += matrix[:3, column] * (pixels.shape[axis] - 1)
            matrix[:3, column] *= -1
            pixels = np.flip(pixels, axis)
    columns = [2 - order[2], 2 - order[1], 2 - order[0], 3]
    return pixels.transpose(order), matrix[:, columns]


STORED = [(order, (False, False, False)) for order in permutations(range(3))] + [
    ((0, 1, 2), (True, False, False)),
    ((0, 1, 2), (False, True, False)),
    ((0, 1, 2), (False, False, True)),
    ((2, 0, 1), (True, True, False)),
    ((1, 0, 2), (False, True, True)),
]


def test_flipped_and_permuted_axes_give_the_same_region(places: Places, the_cine: Cine) -> None:
    pixels = the_cine.frames[0].astype(np.int16)
    volume_ml, region = places.found(places.add(pixels, the_cine.ijk_to_ras))
    for order, mirrored in STORED:
        node = places.add(*stored_otherwise(pixels, the_cine.ijk_to_ras, order, mirrored))
        ml, found = places.found(node)
        assert ml == pytest.approx(volume_ml, rel=0.001), (order, mirrored)
        assert_same_region(found, region)


def turned(degrees: float) -> Matrix:
    """A turn about an oblique axis, and a shift."""
    x, y, z = np.array([2.0, -1.0, 2.0]) / 3
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    matrix = np.eye(4)
    angle = np.radians(degrees)
    matrix[:3, :3] += np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    matrix[:3, 3] = 40, -25, 11
    return matrix


@pytest.mark.parametrize("degrees", [0, 7, -12])
def test_a_patient_who_lies_otherwise_has_the_same_ventricle(places: Places, the_cine: Cine, degrees: float) -> None:
    """By an oblique matrix, and by a parent transform."""
    import slicer

    pixels = the_cine.frames[0].astype(np.int16)
    volume_ml, region = places.found(places.add(pixels, the_cine.ijk_to_ras))
    moved = turned(degrees)
    expected = region @ moved[:3, :3].T + moved[:3, 3]
    ml, found = places.found(places.add(pixels, moved @ the_cine.ijk_to_ras))
    assert ml == pytest.approx(volume_ml, rel=0.001)
    np.testing.assert_allclose(found, expected, atol=0.01)
    node = places.add(pixels, the_cine.ijk_to_ras)
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(moved))
    node.SetAndObserveTransformNodeID(transform.GetID())
    ml, found = places.found(node)
    assert ml == pytest.approx(volume_ml, rel=0.001)
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_a_transform_that_scales_changes_the_volume(places: Places, the_cine: Cine) -> None:
    """The world is 10 % longer along every axis: the network sees other millimetres, the mL follow."""
    import slicer

    pixels = the_cine.frames[0].astype(np.int16)
    volume_ml, _region = places.found(places.add(pixels, the_cine.ijk_to_ras))
    node = places.add(pixels, the_cine.ijk_to_ras)
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(np.diag([1.1, 1.1, 1.1, 1.0])))
    node.SetAndObserveTransformNodeID(transform.GetID())
    ml, _found = places.found(node)
    assert ml == pytest.approx(volume_ml * 1.1**3, rel=0.1)
