"""The result as Slicer draws it: the contour lies on the cavity, the surface is seen, the curve is in the chart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from Testing.desktop.scene import a_beating_heart, add_cine, add_volume
from Testing.LVSegU.segmenting import process


@pytest.fixture
def a_result(a_scene: Any) -> tuple[Any, Any]:
    """A phantom and its results; the frame that is shown is end-diastole."""
    assert a_scene is not None
    from LVSegUSlicer.logic import LVSegULogic

    volume = add_cine(a_beating_heart(frames=4, slices=6, size=96))
    logic = LVSegULogic()
    results = process(logic, volume)
    logic.goToFrame(results.segmentationNode, "ED")
    return volume, results


def reds(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a picture (rows, columns, 3) has the colour of the segment's outline, well apart from grey."""
    red, green, blue = (picture[..., channel].astype(int) for channel in range(3))
    return (red > 150) & (red - green > 90) & (red - blue > 90)


def test_the_contour_encloses_what_was_measured(a_result: tuple[Any, Any]) -> None:
    from Testing.slicer_core.views import SliceView

    volume, results = a_result
    center = results.segmentationNode.GetSegmentCenterRAS("LV")
    view = SliceView(480, 480)
    view.show(volume, center, field_of_view_mm=96)
    outline = reds(view.picture())
    view.close()
    rows, columns = np.nonzero(outline)
    assert len(rows) > 100
    surface = results.segmentationNode.GetClosedSurfaceInternalRepresentation("LV")
    left, right, back, front, _low, _high = surface.GetBounds()
    height, width = (np.ptp(rows) + 1) / 5, (np.ptp(columns) + 1) / 5  # 5 pixels in each mm
    assert sorted([height, width]) == pytest.approx(sorted([right - left, front - back]), abs=4)
    assert (rows.min() + rows.max()) / 2 == pytest.approx(240, abs=25)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(240, abs=25)


def test_hidden_it_is_not_drawn(a_result: tuple[Any, Any]) -> None:
    from Testing.slicer_core.views import SliceView

    volume, results = a_result
    center = results.segmentationNode.GetSegmentCenterRAS("LV")
    results.segmentationNode.SetDisplayVisibility(False)
    view = SliceView(480, 480)
    view.show(volume, center, field_of_view_mm=96)
    assert not reds(view.picture()).any()
    view.close()


def test_the_surface_is_seen_in_3d(a_result: tuple[Any, Any]) -> None:
    from Testing.slicer_core.views import ThreeDView

    _volume, results = a_result
    view = ThreeDView(320, 320)
    center = results.segmentationNode.GetSegmentCenterRAS("LV")
    view.look(center, (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), distance_mm=250)
    seen = reds(view.picture())
    view.close()
    assert seen[160, 160]
    assert 0.02 < seen.mean() < 0.5


def test_the_curve_is_drawn_with_its_marks(a_result: tuple[Any, Any]) -> None:
    from Testing.slicer_core.views import ChartView

    _volume, results = a_result
    picture = ChartView(results.chartNode, 400, 250).picture()
    columns = np.nonzero(reds(picture).any(axis=0))[0]
    assert np.ptp(columns) > 200  # from the first frame to the last
    dark = (picture.max(axis=2) < 80).sum()
    assert dark > 100  # axes, words and the marks of ED and ES


@pytest.mark.parametrize("isFlat", [True, False])
@pytest.mark.parametrize("isCine", [True, False])
def test_a_result_that_is_written_anew_and_put_back_is_drawn_as_before(
    a_scene: Any, isCine: bool, isFlat: bool
) -> None:
    assert a_scene is not None
    from LVSegULib.labels import CAVITY
    from LVSegUSlicer.logic import LVSegULogic
    from LVSegUSlicer.original_result import OriginalResult
    from Testing.slicer_core.views import SliceView, ThreeDView

    pixels = a_beating_heart(frames=4, slices=6, size=96)
    volume = add_cine(pixels) if isCine else add_volume(pixels[0])
    results = process(LVSegULogic(), volume)
    center = results.segmentationNode.GetSegmentCenterRAS("LV")
    view: Any = SliceView(480, 480) if isFlat else ThreeDView(320, 320, "cine" if isCine else "volume")
    if isFlat:
        view.show(volume, center, field_of_view_mm=96)
    else:
        view.look(center, (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), distance_mm=250)
    original, pictures = OriginalResult(results), [view.picture().copy()]
    original.rewrite(np.zeros((original.frameCount, 6, 96, 96), np.uint8), [CAVITY])
    pictures.append(view.picture().copy())
    original.putBack()
    pictures.append(view.picture().copy())
    view.close()
    assert [reds(picture).any() for picture in pictures] == [True, False, True]
    np.testing.assert_array_equal(pictures[2], pictures[0])
