"""Slices that fill while the ventricle empties are left out at the base, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.segmentation.atrium import without_atrium

BEAT = 1 + np.cos(2 * np.pi * np.arange(12) / 12)  # 2 at ED, 0 at ES


def discs(*sides: np.ndarray) -> np.ndarray:
    """A cine (12, slices, 40, 40) with a square in each slice whose side (in pixels) is given for each frame."""
    labels = np.zeros((12, len(sides), 40, 40), np.uint8)
    for index, of_frames in enumerate(sides):
        for frame, side in enumerate(np.rint(of_frames).astype(int)):
            labels[frame, index, 2 : 2 + side, 2 : 2 + side] = 1
    return labels


ATRIUM = 24 - 3 * BEAT
BASE, MID, LOWER, APEX = (side + 3 * BEAT for side in (22, 20, 14, 8))
BULGING_APEX = 9 - BEAT


@pytest.mark.parametrize("turned", [False, True], ids=["base first", "apex first"])
def test_the_atrium_is_left_out(turned: bool) -> None:
    labels = discs(ATRIUM, ATRIUM, BASE, BASE, MID, MID, LOWER, APEX, APEX)
    expected = labels.copy()
    expected[:, :2] = 0
    step = -1 if turned else 1
    cleaned, above = without_atrium(labels[:, ::step])
    np.testing.assert_array_equal(cleaned, expected[:, ::step])
    assert above == ((7, 8) if turned else (0, 1))


def three_labels(*sides: np.ndarray) -> np.ndarray:
    """The same with myocardium around the cavity that fills a square of one size, and a right ventricle beside it."""
    cavity = discs(*sides)
    labels = np.zeros_like(cavity)
    labels[..., :34, :34] = 2
    labels[..., :34, 34:] = 3
    labels[cavity == 1] = 1
    return labels


def test_the_myocardium_says_nothing_about_the_beat() -> None:
    labels = three_labels(ATRIUM, ATRIUM, BASE, BASE, MID, MID, LOWER, APEX, APEX)
    expected = labels.copy()
    expected[:, :2] = np.where(labels[:, :2] == 3, 3, 0)  # the right ventricle stays
    cleaned, above = without_atrium(labels)
    np.testing.assert_array_equal(cleaned, expected)
    assert above == (0, 1)


def test_slices_with_a_right_ventricle_only_are_not_the_base() -> None:
    labels = three_labels(ATRIUM, ATRIUM, BASE, BASE, MID, MID, LOWER, APEX, APEX)
    above_the_valve = np.where(labels[:, :3] == 3, 3, 0).astype(np.uint8)
    assert without_atrium(np.concatenate([above_the_valve, labels], axis=1))[1] == (3, 4)


def test_a_ventricle_without_atrium_is_left_alone() -> None:
    labels = discs(BASE, MID, LOWER, APEX)
    cleaned, above = without_atrium(labels)
    assert cleaned is labels
    assert above == ()


def test_an_apex_that_bulges_stays() -> None:
    labels = discs(BASE, BASE, MID, LOWER, BULGING_APEX, BULGING_APEX)
    assert without_atrium(labels)[1] == ()


@pytest.mark.parametrize("middle", [0, 30])
def test_the_thirds_of_the_frames_are_compared(middle: int) -> None:
    frame = np.arange(12)  # in order of the ventricle's volume
    slices = [12 + 2 * frame] * 4 + [8 + 2 * frame] * 5
    # 387 pixels on average in the four smallest frames, 361 in the four largest
    basal = np.array([18, 18, 18, 24, *[middle] * 4, 19, 19, 19, 19])
    assert without_atrium(discs(basal, *slices))[1] == (0,)
    basal[3] = 21  # and 353
    assert without_atrium(discs(basal, *slices))[1] == ()
    basal[:4], basal[8:] = 19, (18, 18, 18, 21)  # 361 and 353, though 441 in one frame
    assert without_atrium(discs(basal, *slices))[1] == (0,)


def test_a_slice_at_the_base_that_does_not_beat_at_all_goes() -> None:
    assert without_atrium(discs(np.full(12, 28), BASE, MID, APEX))[1] == (0,)


def test_a_frame_in_which_the_atrium_was_missed_changes_nothing() -> None:
    labels = discs(ATRIUM, ATRIUM, BASE, BASE, MID, MID, LOWER, APEX, APEX)
    labels[0, 0] = 0
    assert without_atrium(labels)[1] == (0, 1)


@pytest.mark.parametrize(("frames", "above"), [(8, (0,)), (7, ())])
def test_three_slices_and_eight_frames_are_enough(frames: int, above: tuple[int, ...]) -> None:
    assert without_atrium(discs(ATRIUM, BASE, APEX)[:frames])[1] == above


def test_no_more_than_the_basal_third_goes() -> None:
    assert without_atrium(discs(*[30 - BEAT] * 4, *[BASE] * 3, *[MID] * 4))[1] == (0, 1, 2)


def beats(*sides: tuple[int, int, int]) -> np.ndarray:
    """A cine whose squares have three sides: in the four largest, four other and four smallest frames."""
    return discs(*(np.repeat(of_thirds, 4) for of_thirds in sides))


def test_the_larger_half_of_an_even_number_of_slices_is_the_base() -> None:
    """At ED three slices have 1784 and 1254 pixels, but two 1000 and 1058: the ends alone say the contrary."""
    labels = beats((18, 20, 22), (26, 23, 20), (28, 25, 22), (14, 11, 8), (23, 20, 17), (23, 20, 17))
    assert without_atrium(labels)[1] == (0,)


def test_of_two_ends_alike_the_first_is_the_base() -> None:
    """Readers give slices from base to apex."""
    assert without_atrium(beats((20, 21, 22), (28, 23, 18), (20, 18, 16)))[1] == (0,)


def test_a_ventricle_that_keeps_just_the_share_that_tells_something_is_judged() -> None:
    """Of 576 + 1024 + 400 = 2000 pixels 900 + 900 + 100 = 1900 stay: 0.95."""
    assert without_atrium(beats((24, 27, 30), (32, 31, 30), (20, 15, 10)))[1] == (0,)
    assert without_atrium(beats((24, 27, 30), (32, 31, 30), (20, 15, 11)))[1] == ()  # 1921 stay


@pytest.mark.parametrize(
    "labels",
    [
        np.zeros((12, 4, 8, 8), np.uint8),
        discs(ATRIUM, BASE, MID, LOWER)[:2],
        discs(ATRIUM, BASE),
        discs(*[np.full(12, side) for side in (20, 18, 12)]),
    ],
    ids=["empty", "ED and ES only", "two slices", "no beat"],
)
def test_what_cannot_be_judged_is_left_alone(labels: np.ndarray) -> None:
    cleaned, above = without_atrium(labels)
    assert cleaned is labels
    assert above == ()
