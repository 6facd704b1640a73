"""The overlay as Slicer draws it, beside a picture made with numpy from the phantom alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.visualization.filters import Filter
from Testing.desktop.scene import SPACING_MM, a_beating_heart, add_volume
from Testing.LVSegU.filter_scenes import a_passing_model

pytest.importorskip("onnxruntime")

SIDE, FIELD_MM = 440, 44.0
RADIUS_MM = 8 * SPACING_MM[0]
"""Of the phantom's disc in frame 2: 12 - 4 pixels."""
OPACITY = 0.6
OBLIQUE = np.array([[0.8, -0.36, 0.48], [-0.6, -0.48, 0.64], [0.0, 0.8, 0.6]])
"""Turned about two axes and mirrored; the columns have length 1 and stand upright on each other."""


class NoThumbnails:
    """Takes the pictures of the panel, which these tests do not look at."""

    def draw(self, _pictures: Any) -> None:
        """Nothing."""


@pytest.fixture
def a_model(tmp_path: Path) -> ModelFolder:
    return a_passing_model(tmp_path)


def the_phantom(directions: NDArray[np.float64]) -> Any:
    """A bright disc on dark ground, shown with 0 as black and 1000 as white."""
    import slicer

    volume = add_volume(a_beating_heart(frames=4, slices=6, size=48)[2])
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = directions * SPACING_MM, (20.0, -30.0, 40.0)
    volume.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(matrix))
    volume.CreateDefaultDisplayNodes()
    volume.GetDisplayNode().AutoWindowLevelOff()
    volume.GetDisplayNode().SetWindowLevelMinMax(0, 1000)
    return volume


def the_picture_that_is_wanted() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Colours (rows, columns, 3), and where they are compared: not within 1.5 pixels of the disc's edge.

    On the ground the map is nearly 0, which is clear: the phantom's grey of 200 to 206 is left. In the disc it is 1:
    the brightest colour, 0.6 of it, and 0.4 of the phantom's grey of 800 to 806.
    """
    from LVSegUSlicer.filter_colours import MAP_COLOURS

    j, i = (np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2) * FIELD_MM / SIDE
    away_mm = np.hypot(j, i)
    inside = away_mm < RADIUS_MM
    disc = OPACITY * MAP_COLOURS[255, :3] + (1 - OPACITY) * 255 * 0.803
    wanted = np.where(inside[..., None], disc, 255 * 0.203)
    return wanted, np.abs(away_mm - RADIUS_MM) > 1.5 * SPACING_MM[0]


@pytest.mark.parametrize("directions", [np.eye(3), OBLIQUE], ids=["straight", "oblique"])
def test_the_overlay_is_drawn_over_the_images(a_scene: Any, a_model: ModelFolder, directions: NDArray[Any]) -> None:
    assert a_scene is not None
    from LVSegUSlicer.filter_display import FilterDisplay, Wanted
    from Testing.slicer_core.views import SliceView

    volume = the_phantom(directions)
    matrix = np.eye(4)
    matrix[:3, :3] = directions * SPACING_MM
    center = matrix[:3, :3] @ [24, 24, 3] + (20.0, -30.0, 40.0)
    view = SliceView(SIDE, SIDE)
    view.show(volume, center, FIELD_MM)
    plain = view.picture()
    errors: list[Exception] = []
    display = FilterDisplay(NoThumbnails(), lambda: None, errors.append)  # type: ignore[arg-type]
    display.show(Wanted(volume, True, a_model, "onnxruntime", 1, Filter("encoder.0.0", 0), frozenset(), OPACITY))
    drawn = view.picture()
    display.remove()
    again = view.picture()
    view.close()
    wanted, isCompared = the_picture_that_is_wanted()
    away = np.abs(drawn - wanted)[isCompared].max(axis=-1)
    assert np.percentile(away, 99) < 12
    assert away.mean() < 4
    assert errors == []
    np.testing.assert_array_equal(again, plain)
