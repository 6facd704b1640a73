"""Scenes for the tests of the section Filters: small networks whose maps are known, images with a dot, slice views."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from LVSegULib.modelfolder.folder import ModelFolder
from Testing.desktop.scene import a_beating_heart, add_cine
from Testing.visualization import networks

DOT = (2, 20, 28)
"""Where the bright pixel lies (k, j, i)."""


class Views(NamedTuple):
    """A slice view as the scene knows it."""

    composite: Any
    slice: Any


def a_passing_model(folder: Path) -> ModelFolder:
    """Filter 0 of every layer passes the image on; what is brighter than the middle of its range is cavity."""
    return networks.a_model(folder / "passing", networks.with_an_edge_filter())


def an_image_with_a_dot(at: tuple[int, int, int] = DOT) -> NDArray[np.int16]:
    """Black slices (6, 48, 48) with one bright pixel.

    The bright columns beyond the network's grid make it that the dot is not cut off as one of the brightest 0.5 %.
    """
    pixels = np.zeros((6, 48, 48), np.int16)
    pixels[:, :, :3] = 1000
    pixels[at] = 1000
    return pixels


def a_small_cine(frames: int = 4) -> Any:
    """A beating phantom in the scene; returns its volume."""
    return add_cine(a_beating_heart(frames=frames, slices=6, size=48))


class SliceViews:
    """Makes slice views without a window, and removes them: closing a scene leaves them."""

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        self._made: list[Any] = []

    def __call__(self, background: Any, name: str = "Red") -> Views:
        """A slice view that shows `background` at its middle slice."""
        composite = self._scene.AddNewNodeByClass("vtkMRMLSliceCompositeNode")
        composite.SetLayoutName(f"{name} of the test")
        composite.SetBackgroundVolumeID(background.GetID())
        node = self._scene.AddNewNodeByClass("vtkMRMLSliceNode")
        node.SetLayoutName(f"{name} of the test")
        self._made += [composite, node]
        views = Views(composite, node)
        show_slice(views, background, background.GetImageData().GetDimensions()[2] // 2)
        return views

    def remove(self) -> None:
        """Remove them from the scene."""
        for node in self._made:
            self._scene.RemoveNode(node)


def show_slice(views: Views, volume: Any, number: int) -> None:
    """Move a slice view to a slice of a volume."""
    import slicer
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    columns, rows, _depth = volume.GetImageData().GetDimensions()
    toRas = slicer.util.arrayFromVTKMatrix(matrix)
    center = toRas @ [(columns - 1) / 2, (rows - 1) / 2, number, 1]
    along = [toRas[:3, axis] / np.linalg.norm(toRas[:3, axis]) for axis in (2, 0)]
    views.slice.SetSliceToRASByNTP(*along[0], *along[1], *center[:3], 0)
