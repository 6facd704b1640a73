"""A segmentation of the scene is read as label values."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from Testing.desktop.scene import a_beating_heart, add_cine
from Testing.LVSegU.LVSegUSlicer.test_scene_writer import rings, write


def test_labels_are_read_also_where_nobody_has_imported_a_part_of_vtk_yet(
    a_scene: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`import vtk` alone does not bring `vtk.util`; Slicer itself has mostly, but not always, imported it before."""
    assert a_scene is not None
    import vtk

    from LVSegUSlicer import scene_labels

    monkeypatch.setattr(scene_labels, "vtk", SimpleNamespace(vtkMatrix4x4=vtk.vtkMatrix4x4))
    node = write(add_cine(a_beating_heart()), rings())
    np.testing.assert_array_equal(scene_labels.readLabels(node).labels, rings())
