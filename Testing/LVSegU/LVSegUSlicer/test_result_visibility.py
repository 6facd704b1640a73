"""Which result is seen, and when the 3-D views turn to it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from Testing.desktop.scene import a_beating_heart, add_cine, add_volume
from Testing.LVSegU.LVSegUSlicer.test_scene_writer import rings, write


@pytest.fixture
def resets(a_scene: Any, the_desktop: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the 3-D views."""
    assert a_scene is not None
    asked: list[str] = []
    layout = SimpleNamespace(resetThreeDViews=lambda: asked.append("reset"))
    monkeypatch.setattr(type(the_desktop.app), "layoutManager", lambda _app: layout)
    return asked


def test_a_result_that_has_lost_its_input_is_hidden_with_the_others(a_scene: Any) -> None:
    """Slicer makes such a one when it plays on a sequence whose segmentation was removed."""
    from LVSegUSlicer.result_visibility import showAlone

    cine, elsewhere = add_cine(a_beating_heart()), add_volume(a_beating_heart()[0])
    nodes = [write(cine, rings()), write(cine, rings()), write(elsewhere, rings(frames=1))]
    nodes[0].RemoveNodeReferenceIDs("LVSegU.Input")
    nodes[2].RemoveNodeReferenceIDs("LVSegU.Input")
    showAlone(nodes[1])
    assert a_scene is not None
    assert [bool(node.GetDisplayNode().GetVisibility()) for node in nodes] == [False, True, True]


def test_3d_views_turn_to_the_first_surface_only(resets: list[str]) -> None:
    from LVSegUSlicer.result_visibility import turnToFirstSurface

    cine = add_cine(a_beating_heart())
    turnToFirstSurface(write(cine, rings(), show3D=True))
    assert resets == ["reset"]
    turnToFirstSurface(write(cine, rings(), show3D=True))
    assert resets == ["reset"]


def test_without_a_surface_or_beside_a_model_3d_views_stay(a_scene: Any, resets: list[str]) -> None:
    from LVSegUSlicer.result_visibility import turnToFirstSurface

    cine = add_cine(a_beating_heart())
    node = write(cine, rings())
    turnToFirstSurface(node)
    a_scene.RemoveNode(node)
    a_scene.AddNewNodeByClass("vtkMRMLModelNode", "coil").CreateDefaultDisplayNodes()
    turnToFirstSurface(write(cine, rings(), show3D=True))
    assert resets == []


@pytest.mark.parametrize("cls", ["vtkMRMLSegmentationNode", "vtkMRMLModelNode", "vtkMRMLMarkupsFiducialNode"])
def test_beside_what_is_hidden_just_now_3d_views_stay(a_scene: Any, resets: list[str], cls: str) -> None:
    from LVSegUSlicer.result_visibility import turnToFirstSurface

    other = a_scene.AddNewNodeByClass(cls, "other")
    other.CreateDefaultDisplayNodes()
    other.GetDisplayNode().SetVisibility(False)
    turnToFirstSurface(write(add_cine(a_beating_heart()), rings(), show3D=True))
    assert resets == []


def test_images_and_cameras_are_nothing_to_look_at_in_3d(a_scene: Any, resets: list[str]) -> None:
    from LVSegUSlicer.result_visibility import turnToFirstSurface

    a_scene.AddNewNodeByClass("vtkMRMLCameraNode", "camera")
    cine = add_cine(a_beating_heart())
    for volume in (cine, add_volume(a_beating_heart()[0], "scout")):
        volume.CreateDefaultDisplayNodes()
        assert volume.GetDisplayNode() is not None
    turnToFirstSurface(write(cine, rings(), show3D=True))
    assert resets == ["reset"]


def test_slices_that_are_drawn_in_3d_views_are_no_surface(a_scene: Any, resets: list[str]) -> None:
    from LVSegUSlicer.result_visibility import turnToFirstSurface

    plane = a_scene.AddNewNodeByClass("vtkMRMLModelNode", "Red Volume Slice")
    plane.CreateDefaultDisplayNodes()
    plane.SetHideFromEditors(True)
    turnToFirstSurface(write(add_cine(a_beating_heart()), rings(), show3D=True))
    assert resets == ["reset"]
