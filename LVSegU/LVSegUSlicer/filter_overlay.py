"""The one volume that shows an activation map over the images, with its colour table; gone without a trace."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray
from slicer.i18n import tr as _

from LVSegUSlicer.filter_colours import MAP_COLOURS
from LVSegUSlicer.scene_writer import removeWithDisplay

NAME, COLOURS_NAME = "LVSegU filter", "LVSegU filter colours"


class FilterOverlay:
    """Makes its nodes on first use; they are hidden from editors and not saved."""

    def __init__(self) -> None:
        self._volume: Any = None
        self._colours: Any = None
        self._brightest: dict[Hashable, float] = {}

    @property
    def node(self) -> Any:
        """The vtkMRMLScalarVolumeNode; None while nothing is shown."""
        return self._volume if self._volume is not None and self._volume.GetScene() is not None else None

    def show(self, maps: NDArray[np.float32], ijkToRas: NDArray[np.float64], which: Hashable) -> None:
        """Show a filter's map of every slice.

        Args:
            maps: (K, rows, columns).
            ijkToRas: 4x4 matrix from its voxels to RAS in the world, mm.
            which: the filter; its colours hold still from frame to frame, the brightest seen so far being white.
        """
        if self.node is None:
            self._make()
        self._brightest[which] = max(self._brightest.get(which, 0.0), float(maps.max()))
        with slicer.util.NodeModify(self._volume):
            self._volume.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(ijkToRas))
            slicer.util.updateVolumeFromArray(self._volume, maps)
        self._volume.GetDisplayNode().SetWindowLevelMinMax(0.0, self._brightest[which] or 1.0)

    def remove(self) -> None:
        """Take the nodes out of the scene, if it was not closed meanwhile."""
        if self.node is not None:
            removeWithDisplay(self._volume)
        if self._colours is not None and self._colours.GetScene() is not None:
            self._colours.GetScene().RemoveNode(self._colours)
        self._volume = self._colours = None
        self._brightest.clear()

    def _make(self) -> None:
        self.remove()  # what is left of it if the user deleted a part
        self._colours = _hidden(slicer.vtkMRMLColorTableNode(), COLOURS_NAME, _fillColours)
        display = _hidden(slicer.vtkMRMLScalarVolumeDisplayNode(), f"{NAME} display")
        display.SetAndObserveColorNodeID(self._colours.GetID())
        display.AutoWindowLevelOff()
        self._volume = _hidden(slicer.vtkMRMLScalarVolumeNode(), NAME)
        self._volume.SetAndObserveDisplayNodeID(display.GetID())


def addMapVolume(maps: NDArray[np.float32], ijkToRas: NDArray[np.float64], name: str) -> Any:
    """Put the map (K, rows, columns) of a filter into the scene as a volume of its own, for the user to keep."""
    scene = slicer.mrmlScene
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", scene.GenerateUniqueName(name))
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(ijkToRas))
    slicer.util.updateVolumeFromArray(node, maps)
    node.SetDescription(_("Activation map of a filter of LVSegU's network"))
    node.CreateDefaultDisplayNodes()
    return node


def _hidden(node: Any, name: str, fill: Any = None) -> Any:
    """A node that is hidden before it comes into the scene, so that no list shows it even for a moment."""
    node.SetName(name)
    node.SetHideFromEditors(True)
    node.SetSaveWithScene(False)
    if fill is not None:
        fill(node)
    return slicer.mrmlScene.AddNode(node)


def _fillColours(table: Any) -> None:
    table.SetTypeToUser()
    table.SetNumberOfColors(len(MAP_COLOURS))
    for index, (red, green, blue, opacity) in enumerate((MAP_COLOURS / 255).tolist()):
        table.SetColor(index, red, green, blue, opacity)
    table.SetNamesFromColors()
