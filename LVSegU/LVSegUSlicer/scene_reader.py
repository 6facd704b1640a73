"""From a node of the scene to a cine: what can be segmented, and in one line why something cannot."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from slicer.i18n import tr as _

from LVSegULib.cine import Cine, check_matrix, describe_stack
from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.suitable import DARKEST_MR, is_long_axis_view, is_mr
from LVSegUSlicer.sequences import dataNodes, itemShown, noteOnTimes, sequenceOf, shownBy, timesMs

__all__ = ["SceneCine", "describeInput", "readInput", "readKey", "sequenceOf"]

GEOMETRY_TOLERANCE_MM = 1e-3

_FEWEST_SLICES = 2


@dataclass(frozen=True)
class SceneCine:
    """A cine read from the scene, and where it came from.

    Attributes:
        cine: the images; `ijk_to_ras` leads to the world, with linear parent transforms applied.
        inputNodeID: the volume node; for a sequence, its proxy node.
        browserID: the vtkMRMLSequenceBrowserNode; None for a plain volume.
        sequenceID: the vtkMRMLSequenceNode; None for a plain volume.
        items: which items of the sequence the frames are; (0,) for a plain volume.
        axes: for each axis (K, J, I) of the cine, which axis of the node's own arrays it is.
    """

    cine: Cine
    inputNodeID: str
    browserID: str | None = None
    sequenceID: str | None = None
    items: tuple[int, ...] = (0,)
    axes: tuple[int, int, int] = (0, 1, 2)

    @property
    def frame(self) -> int | None:
        """Which frame of a cine this is, from 0; None of all frames, and of a volume of its own."""
        sequence = None if self.sequenceID is None else slicer.mrmlScene.GetNodeByID(self.sequenceID)
        isPart = sequence is not None and len(self.items) < sequence.GetNumberOfDataNodes()
        return self.items[0] if isPart else None

    def toNodeGrid(self, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Labels (T, K, J, I) of the cine with the axes of the node's own arrays, as slicer.util orders them."""
        back = np.argsort(self.axes)
        return labels.transpose(0, *(1 + back))


@dataclass(frozen=True)
class _Source:
    """The volumes that hold the frames, and how they lie."""

    name: str
    proxy: Any
    volumes: tuple[Any, ...]
    items: tuple[int, ...]
    browser: Any = None
    sequence: Any = None

    def geometry(self) -> tuple[tuple[int, int, int], NDArray[np.float64], tuple[int, int, int]]:
        """Size (K, J, I) and ijk_to_ras with the slice axis as K, and the axes as in `SceneCine`."""
        size = self.volumes[0].GetImageData().GetDimensions()[::-1]
        toWorld = _ijkToWorld(self.volumes[0], self.proxy, self.name)
        axes = _slicesFirst(size, toWorld)
        columns = [2 - axes[2], 2 - axes[1], 2 - axes[0], 3]  # arrays run K, J, I; the matrix I, J, K
        check_matrix(toWorld, self.name)
        return (size[axes[0]], size[axes[1]], size[axes[2]]), toWorld[:, columns], axes


def describeInput(inputNode: Any, *, allFrames: bool = True) -> str:
    """What was recognised, "12 slices x 20 frames, 256 x 256 pixels, 1.37 x 1.37 x 10.00 mm"; pixels are not read.

    Raises:
        InputError: there is no image that could be segmented.
        GeometryError: frames differ in size or place, or a voxel is impossible.
    """
    source = _source(inputNode, allFrames=allFrames)
    size, ijk_to_ras, _axes = source.geometry()
    _checkSlices(source, size[0])
    return describe_stack((len(source.volumes), *size), ijk_to_ras)


def readInput(inputNode: Any, *, allFrames: bool = True, item: int | None = None) -> SceneCine:
    """The cine of a volume, of the sequence it belongs to, or of a sequence (browser).

    Args:
        inputNode: vtkMRMLScalarVolumeNode, vtkMRMLSequenceNode of volumes, or vtkMRMLSequenceBrowserNode.
        allFrames: all frames of a sequence, or one.
        item: which one, where it is one; None for the one that is shown.

    Raises:
        InputError: there is no image that could be segmented, or a pixel is not a number.
        GeometryError: frames differ in size or place, or a voxel is impossible.
    """
    source = _source(inputNode, allFrames=allFrames, item=item)
    size, ijk_to_ras, axes = source.geometry()
    _checkSlices(source, size[0])
    frames = np.empty((len(source.volumes), *size), np.float32)
    for frame, volume in zip(frames, source.volumes, strict=True):
        frame[...] = slicer.util.arrayFromVolume(volume).transpose(axes)
    cine = Cine(frames, ijk_to_ras, _timesOf(source), name=source.name, source=source.name)
    return SceneCine(
        cine=cine,
        inputNodeID=source.proxy.GetID(),
        browserID=None if source.browser is None else source.browser.GetID(),
        sequenceID=None if source.sequence is None else source.sequence.GetID(),
        items=source.items,
        axes=axes,
    )


def _timesOf(source: _Source) -> NDArray[np.float64] | None:
    """Time of each frame in ms; None of a single one, and where the index is no time, of which Slicer's log tells."""
    if source.sequence is None or len(source.items) < 2:
        return None
    note = noteOnTimes(source.sequence)
    if note:
        logging.info(note)
    return timesMs(source.sequence)


def readKey(inputNode: Any, *, allFrames: bool = True) -> tuple[object, ...]:
    """What changes when `readInput` would read something else: nodes, frames, place, and a plain volume's pixels.

    Cheap enough for every frame that is played. Pixels of a sequence's items, which nobody changes, are not watched.

    Raises:
        InputError: there is no input.
        GeometryError: it is under a transform that bends it.
    """
    found = None if inputNode is None else sequenceOf(inputNode)
    if found is None:
        source = _source(inputNode, allFrames=allFrames)
        pixels = source.proxy.GetImageData()
        return source.proxy.GetID(), pixels.GetMTime(), _ijkToWorld(source.proxy, source.proxy).tobytes()
    browser, sequence = found
    proxy, first = shownBy(browser, sequence), sequence.GetNthDataNode(0)
    item = None if allFrames else itemShown(browser, sequence)
    count = sequence.GetNumberOfDataNodes()
    return sequence.GetID(), count, item, _ijkToWorld(first, proxy).tobytes()


def _source(inputNode: Any, *, allFrames: bool, item: int | None = None) -> _Source:
    if inputNode is None:
        raise InputError(_("There is no input: choose a short-axis cine or volume"))
    if inputNode.IsA("vtkMRMLSequenceNode") or inputNode.IsA("vtkMRMLSequenceBrowserNode"):
        found = sequenceOf(inputNode)
        if found is None:
            raise InputError(
                _("{name}: no sequence of volumes is played there: choose it in the module Sequences first").format(
                    name=inputNode.GetName()
                )
            )
    else:
        _checkVolume(inputNode, inputNode.GetName())
        checkIsMr(inputNode, inputNode.GetName())
        found = sequenceOf(inputNode)
    if found is None:
        return _Source(inputNode.GetName(), inputNode, (inputNode,), (0,))
    browser, sequence = found
    every = dataNodes(sequence)
    one = itemShown(browser, sequence) if item is None else item
    items = tuple(range(len(every))) if allFrames else (min(max(one, 0), len(every) - 1),)
    volumes = tuple(every[chosen] for chosen in items)
    for volume in volumes:
        _checkVolume(volume, sequence.GetName())
    checkIsMr(volumes[0], sequence.GetName())
    _checkSameGeometry(volumes, sequence.GetName())
    return _Source(sequence.GetName(), shownBy(browser, sequence), volumes, items, browser, sequence)


def _checkVolume(node: Any, name: str) -> None:
    if node.IsA("vtkMRMLLabelMapVolumeNode"):
        raise InputError(_("{name}: this is a label map: choose the images it was drawn on").format(name=name))
    if not node.IsA("vtkMRMLScalarVolumeNode"):
        raise InputError(_("{name}: this is not a volume: choose a short-axis cine or volume").format(name=name))
    image = node.GetImageData()
    if image is None or image.GetPointData().GetScalars() is None or min(image.GetDimensions()) < 1:
        raise InputError(_("{name}: this volume holds no image: load it again").format(name=name))
    if node.IsA("vtkMRMLVectorVolumeNode") or image.GetNumberOfScalarComponents() != 1:
        raise InputError(
            _(
                "{name}: this is a colour image or has several values in a voxel: choose grey MR images; load a "
                "multi-volume again as a volume sequence (Edit, Application Settings, DICOM)"
            ).format(name=name)
        )


def checkIsMr(volume: Any, name: str) -> None:
    """Of a sequence the first frame is enough: the pixels of all would take seconds.

    Raises:
        InputError: DICOM says that it is no MR, or its darkest pixel is as low as in CT only.
    """
    modality = _modality(volume)
    if not is_mr(modality):
        raise InputError(
            _('{name}: DICOM says its modality is "{modality}": choose cine MR images').format(
                name=name, modality=modality
            )
        )
    darkest = volume.GetImageData().GetScalarRange()[0]
    if darkest <= DARKEST_MR:
        raise InputError(
            _("{name}: its darkest pixel is {value}, as in CT: choose cine MR images").format(
                name=name, value=f"{darkest:g}"
            )
        )


def _modality(node: Any) -> str:
    """What DICOM says of the series that a node was loaded from; "" if unknown."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = hierarchy.GetItemByDataNode(node) if hierarchy is not None else 0
    return str(hierarchy.GetItemAttribute(item, "DICOM.Modality")) if item else ""


def _checkSameGeometry(volumes: tuple[Any, ...], name: str) -> None:
    first = volumes[0]
    for index, volume in enumerate(volumes):
        isSameSize = volume.GetImageData().GetDimensions() == first.GetImageData().GetDimensions()
        if not isSameSize or np.abs(_ijkToRas(volume) - _ijkToRas(first)).max() > GEOMETRY_TOLERANCE_MM:
            raise GeometryError(
                _(
                    "{name}: frame {index} differs from the first frame in size, spacing, position or direction: "
                    "choose a cine whose frames all lie in the same place, or segment the current frame only"
                ).format(name=name, index=index)
            )


def _checkSlices(source: _Source, count: int) -> None:
    if count < _FEWEST_SLICES:
        raise InputError(
            _("{name}: a single slice or long-axis view: LVSegU needs a short-axis stack of 2 slices or more").format(
                name=source.name
            )
        )
    if is_long_axis_view(source.name, count):
        raise InputError(
            _("{name}: {count} slices named as a long-axis view: choose the short-axis stack, or rename it").format(
                name=source.name, count=count
            )
        )


def _ijkToRas(volume: Any) -> NDArray[np.float64]:
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return np.asarray(slicer.util.arrayFromVTKMatrix(matrix), np.float64)


def _ijkToWorld(volume: Any, proxy: Any, name: str = "") -> NDArray[np.float64]:
    """From a volume's voxels to the world, where its proxy node lies."""
    return _toWorld(proxy, name or proxy.GetName()) @ _ijkToRas(volume)


def _toWorld(node: Any, name: str) -> NDArray[np.float64]:
    """The parent transforms of a node as one matrix."""
    transform = node.GetParentTransformNode()
    if transform is None:
        return np.eye(4)
    if not transform.IsTransformToWorldLinear():
        raise GeometryError(
            _("{name}: it is under a transform that bends it: harden the transform first").format(name=name)
        )
    matrix = vtk.vtkMatrix4x4()
    transform.GetMatrixTransformToWorld(matrix)
    return np.asarray(slicer.util.arrayFromVTKMatrix(matrix), np.float64)


def _slicesFirst(size: tuple[int, int, int], ijk_to_ras: NDArray[np.float64]) -> tuple[int, int, int]:
    """The node's array axes in the order slices, rows, columns: slices lie furthest apart; as stored if in doubt."""
    spacing = np.linalg.norm(ijk_to_ras[:3, :3], axis=0)[::-1]
    slices = size.index(1) if 1 in size else int(np.argmax(spacing))
    if 1 not in size and spacing[slices] < 1.01 * spacing[0]:
        slices = 0
    rows, columns = (axis for axis in range(3) if axis != slices)
    return slices, rows, columns
