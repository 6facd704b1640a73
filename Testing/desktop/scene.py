"""Nodes for the panel's tests, made as Slicer makes them when files are loaded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SPACING_MM = (1.5, 1.5, 8.0)
"""Pixel, pixel, slice distance (I, J, K)."""


def add_volume(pixels: NDArray[Any], name: str = "sax", cls: str = "vtkMRMLScalarVolumeNode") -> Any:
    """A volume (K, J, I) in the scene."""
    import slicer

    node = slicer.mrmlScene.AddNewNodeByClass(cls, name)
    slicer.util.updateVolumeFromArray(node, pixels)
    node.SetSpacing(*SPACING_MM)
    return node


def add_cine(frames: NDArray[Any], name: str = "cine", *, first_ms: int = 0, step_ms: int = 40) -> Any:
    """A sequence of volumes (T, K, J, I) with its browser; returns the volume that shows the selected frame."""
    import slicer

    sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
    sequence.SetIndexName("time")
    sequence.SetIndexUnit("ms")
    for index, pixels in enumerate(frames):
        volume = add_volume(pixels)
        sequence.SetDataNodeAtValue(volume, str(first_ms + step_ms * index))
        slicer.mrmlScene.RemoveNode(volume)
    browser = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", f"{name} browser")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    return browser.GetProxyNode(sequence)


def play_beside(cine: Any, master: Any) -> Any:
    """Let the browser of another cine play a cine instead of its own; returns the volume that shows it there."""
    import slicer

    logic = slicer.modules.sequences.logic()
    own, browser = logic.GetFirstBrowserNodeForProxyNode(cine), logic.GetFirstBrowserNodeForProxyNode(master)
    sequence = own.GetSequenceNode(cine)
    slicer.mrmlScene.RemoveNode(own)
    slicer.mrmlScene.RemoveNode(cine)
    browser.AddSynchronizedSequenceNode(sequence)
    logic.UpdateProxyNodesFromSequences(browser)
    return browser.GetProxyNode(sequence)


def node_ids() -> set[str]:
    """The nodes of the scene."""
    import slicer

    scene = slicer.mrmlScene
    return {scene.GetNthNode(index).GetID() for index in range(scene.GetNumberOfNodes())}


def a_beating_heart(frames: int = 4, slices: int = 6, size: int = 64) -> NDArray[np.int16]:
    """Bright discs (T, K, J, I) that shrink and grow, on a grey ground."""
    j, i = np.mgrid[:size, :size]
    radius = 12 + 4 * np.cos(2 * np.pi * np.arange(frames) / frames)
    inside = (j - size / 2) ** 2 + (i - size / 2) ** 2 < radius[:, None, None] ** 2
    one_slice = np.where(inside, 800, 200).astype(np.int16) + (i % 7).astype(np.int16)
    return np.repeat(one_slice[:, None], slices, axis=1)
