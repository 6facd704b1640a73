"""The slice views get the overlay, and everything back as it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from Testing.desktop.scene import a_beating_heart, add_volume
from Testing.LVSegU.filter_scenes import SliceViews, Views, show_slice


@pytest.fixture
def the_volumes(a_scene: Any) -> tuple[Any, Any, Any]:
    """Images, an overlay, and what else a user may have in the foreground."""
    assert a_scene is not None
    return tuple(add_volume(a_beating_heart()[0], name) for name in ("images", "overlay", "other"))  # type: ignore[return-value]


def shown(view: Views) -> tuple[str | None, float]:
    return view.composite.GetForegroundVolumeID(), view.composite.GetForegroundOpacity()


def test_views_of_the_images_get_the_overlay_and_their_foreground_back(
    the_volumes: tuple[Any, Any, Any], a_slice_view: SliceViews
) -> None:
    from LVSegUSlicer.slice_layers import SliceLayers

    images, overlay, other = the_volumes
    plain, layered, elsewhere = (
        a_slice_view(node, name) for node, name in ((images, "Red"), (images, "Green"), (other, "Yellow"))
    )
    layered.composite.SetForegroundVolumeID(other.GetID())
    layered.composite.SetForegroundOpacity(0.3)
    layers = SliceLayers()
    layers.show(overlay, images, 0.6)
    assert shown(plain) == shown(layered) == (overlay.GetID(), 0.6)
    assert shown(elsewhere) == (None, 0.0)
    layers.setOpacity(0.2)
    assert shown(layered) == (overlay.GetID(), 0.2)
    layers.putBack()
    assert (shown(plain), shown(layered)) == ((None, 0.0), (other.GetID(), 0.3))


def test_a_view_that_turns_to_other_images_is_put_back(
    the_volumes: tuple[Any, Any, Any], a_slice_view: SliceViews
) -> None:
    from LVSegUSlicer.slice_layers import SliceLayers

    images, overlay, other = the_volumes
    view, layers = a_slice_view(images), SliceLayers()
    layers.show(overlay, images, 0.6)
    view.composite.SetBackgroundVolumeID(other.GetID())
    layers.show(overlay, images, 0.6)
    assert shown(view) == (None, 0.0)


def test_what_the_user_changed_meanwhile_stays(the_volumes: tuple[Any, Any, Any], a_slice_view: SliceViews) -> None:
    from LVSegUSlicer.slice_layers import SliceLayers

    images, overlay, other = the_volumes
    view, layers = a_slice_view(images), SliceLayers()
    layers.show(overlay, images, 0.6)
    view.composite.SetForegroundVolumeID(other.GetID())
    view.composite.SetForegroundOpacity(0.9)
    layers.show(overlay, images, 0.6)
    layers.setOpacity(0.1)
    layers.putBack()
    assert shown(view) == (other.GetID(), 0.9)


def test_a_foreground_that_was_deleted_meanwhile_does_not_come_back(
    the_volumes: tuple[Any, Any, Any], a_scene: Any, a_slice_view: SliceViews
) -> None:
    from LVSegUSlicer.slice_layers import SliceLayers

    images, overlay, other = the_volumes
    view, layers = a_slice_view(images), SliceLayers()
    view.composite.SetForegroundVolumeID(other.GetID())
    layers.show(overlay, images, 0.6)
    a_scene.RemoveNode(other)
    layers.putBack()
    assert view.composite.GetForegroundVolumeID() is None


def test_the_view_along_the_stack_says_which_slice_is_shown(
    the_volumes: tuple[Any, Any, Any], a_slice_view: SliceViews
) -> None:
    import slicer
    import vtk

    from LVSegUSlicer.slice_layers import pointShown

    images, _overlay, other = the_volumes
    matrix = vtk.vtkMatrix4x4()
    images.GetIJKToRASMatrix(matrix)
    toRas = slicer.util.arrayFromVTKMatrix(matrix)
    a_slice_view(other, "Yellow")
    across = a_slice_view(images, "Green")
    across.slice.SetSliceToRASByNTP(1, 0, 0, 0, 1, 0, 0, 0, 0, 0)
    along = a_slice_view(images, "Red")
    show_slice(along, images, 4)
    point = pointShown(images, toRas)
    assert point is not None
    assert np.linalg.solve(toRas, [*point, 1])[2] == pytest.approx(4)
