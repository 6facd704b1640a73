"""A cine as Slicer shows it: a sequence of volumes, the browser that plays it, and its place in the hierarchy."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from LVSegULib.cine import Cine
from LVSegUSlicer.hierarchy import itemOf

WINDOW_PERCENTILES = (1.0, 99.5)


def addCine(cine: Cine) -> Any:
    """Add a cine to the scene.

    Returns:
        The vtkMRMLScalarVolumeNode that shows the selected frame: the proxy node of a sequence; of a cine of one frame,
        a volume of its own.
    """
    node = _addVolume(cine) if cine.frame_count == 1 else _addSequence(cine)
    _setWindow(node, cine)
    itemOf(node)
    return node


def _addVolume(cine: Cine) -> Any:
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", cine.name)
    volume.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(cine.ijk_to_ras))
    slicer.util.updateVolumeFromArray(volume, _stored(cine.frames[0]))
    return volume


def _addSequence(cine: Cine) -> Any:
    scene = slicer.mrmlScene
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", scene.GenerateUniqueName(cine.name))
    sequence.SetIndexName("frame" if cine.time_ms is None else "time")
    sequence.SetIndexUnit("" if cine.time_ms is None else "ms")
    sequence.SetIndexType(slicer.vtkMRMLSequenceNode.NumericIndex)
    volume = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", cine.name)
    volume.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(cine.ijk_to_ras))
    for index, frame in enumerate(cine.frames):
        slicer.util.updateVolumeFromArray(volume, _stored(frame))
        value = str(index) if cine.time_ms is None else f"{cine.time_ms[index]:g}"
        sequence.SetDataNodeAtValue(volume, value)
    scene.RemoveNode(volume)
    browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", scene.GenerateUniqueName(f"{cine.name} browser"))
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    return browser.GetProxyNode(sequence)


def _stored(frame: Any) -> Any:
    """Whole numbers in 16 bits, as scanners store them; anything else as it is."""
    isWhole = np.array_equal(frame, np.rint(frame)) and np.abs(frame).max() < 2**15
    return frame.astype(np.int16) if isWhole else frame


def _setWindow(volume: Any, cine: Cine) -> None:
    volume.CreateDefaultDisplayNodes()
    low, high = np.percentile(cine.frames[0], WINDOW_PERCENTILES)
    display = volume.GetDisplayNode()
    display.AutoWindowLevelOff()
    display.SetWindowLevelMinMax(float(low), float(high))
