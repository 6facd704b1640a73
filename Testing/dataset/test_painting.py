from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.dataset.frames import DrawnFrame
from LVSegULib.dataset.painting import Painted, paint
from LVSegULib.dataset.regions import Drawing
from LVSegULib.dataset.segmentation import Segment, Segmentation
from LVSegULib.errors import GeometryError, InputError
from LVSegULib.labels import CAVITY, MYOCARDIUM, RIGHT_CAVITY
from Testing.dataset.drawings import LV, SHAPE, VOXEL_ML, a_cavity, a_filled_epicardium, ijk_to_ras


def painted(shift_slices: float = 0, **regions: NDArray[np.bool_]) -> Painted:
    segments = {key: (Segment(key, (LV,), mask[np.newaxis].astype(np.uint8), 1),) for key, mask in regions.items()}
    matrix = ijk_to_ras()
    matrix[:3, 3] = (matrix @ [0, 0, shift_slices, 1])[:3]
    segmentation = Segmentation(Path("a.seg.nrrd"), (), matrix)
    return paint(segmentation, DrawnFrame(Drawing(None, segments), 0, 0, ""), SHAPE, ijk_to_ras())


def beside_the_cavity() -> NDArray[np.bool_]:
    mask = np.zeros(SHAPE, bool)
    mask[1:5, 6:14, 4:8] = True  # two of its four columns lie in the epicardium
    return mask


def test_the_cavity_is_cut_out_of_a_filled_epicardium() -> None:
    found = painted(LV=a_cavity(), MYO=a_filled_epicardium())
    np.testing.assert_array_equal(found.labels == CAVITY.value, a_cavity())
    np.testing.assert_array_equal(found.labels == MYOCARDIUM.value, a_filled_epicardium() & ~a_cavity())
    # 4 slices of 64 voxels, and of 144 less these
    assert found.taken == {
        "LV": f'cavity from segment "LV" (SNOMED 87878005), 4 slices, {256 * VOXEL_ML:.1f} mL',
        "MYO": f'myocardium from segment "MYO", 4 slices, {320 * VOXEL_ML:.1f} mL (cavity cut out)',
    }
    assert found.notes == ()


def test_the_myocardium_wins_over_the_right_cavity() -> None:
    found = painted(LV=a_cavity(), MYO=a_filled_epicardium(), RV=beside_the_cavity())
    assert (found.labels == RIGHT_CAVITY.value).sum() == 4 * 8 * 2
    assert "cut out" not in found.taken["RV"]


def test_a_ring_is_not_said_to_be_cut() -> None:
    found = painted(LV=a_cavity(), MYO=a_filled_epicardium() & ~a_cavity())
    assert found.taken["MYO"].endswith("mL")


def test_what_lies_outside_of_the_image_is_said() -> None:
    found = painted(-2, LV=a_cavity())  # its slices 1 to 4 become -1 to 2
    assert (found.labels > 0).sum() == 3 * 64
    assert found.notes == ("25 % of the cavity lies outside of the image: left out",)


def test_another_grid_is_said() -> None:
    found = painted(0.4, LV=a_cavity())
    assert "lies on another grid (1.50 x 1.25 x 8.00 mm)" in found.notes[0]


@pytest.mark.parametrize(("skipped", "said"), [((2,), "slice 2 "), ((2, 3), "slices 2, 3 ")])
def test_slices_without_cavity_between_others_are_said(skipped: tuple[int, ...], said: str) -> None:
    mask = a_cavity()
    mask[list(skipped)] = False
    assert painted(LV=mask).notes[0].startswith(said)


def test_what_was_drawn_on_another_image_is_refused() -> None:
    with pytest.raises(GeometryError, match="25 % of the cavity lies inside the image"):
        painted(-4, LV=a_cavity())
    with pytest.raises(GeometryError, match="0 % of the cavity lies inside the image"):
        painted(40, LV=a_cavity())


def test_an_empty_segment_is_refused() -> None:
    with pytest.raises(InputError, match=r'the myocardium \("MYO"\) is empty: draw it'):
        painted(LV=a_cavity(), MYO=np.zeros(SHAPE, bool))


def test_of_a_segmentation_that_holds_nothing_the_cavity_is_named() -> None:
    nothing = np.zeros(SHAPE, bool)
    with pytest.raises(InputError, match=r'the cavity \("LV"\) is empty'):
        painted(LV=nothing, MYO=nothing, RV=nothing)


def test_the_volume_of_a_small_heart_is_told() -> None:
    segments = {"LV": (Segment("LV", (LV,), a_cavity()[np.newaxis].astype(np.uint8), 1),)}
    matrix = np.diag([0.1, 0.1, 1.0, 1.0])  # a mouse's: 256 voxels of 0.01 mm^3 are 0.00256 mL
    found = paint(
        Segmentation(Path("a.seg.nrrd"), (), matrix), DrawnFrame(Drawing(None, segments), 0, 0, ""), SHAPE, matrix
    )
    assert found.taken["LV"].endswith(", 4 slices, 0.00256 mL")


def test_a_region_under_others_is_refused() -> None:
    with pytest.raises(InputError, match="other regions cover all of the myocardium"):
        painted(LV=a_filled_epicardium(), MYO=a_cavity())
