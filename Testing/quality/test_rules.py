"""What needs no calibration: empty slices that should not be empty, and slices against the beat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.quality.rules import end_rule, is_empty_end, rules_of
from Testing.quality.discs import SURE, a_view, disc, discs

TAPERING = [12, 12, 11, 10, 8, 5]


def wrong(radii: list[list[float]], reason: str) -> np.ndarray:
    (rule,) = (rule for rule in rules_of(a_view(discs(radii))) if reason in rule.reason)
    return rule.wrong


def test_an_empty_slice_between_two_others_is_wrong() -> None:
    found = wrong([[0, 12, 11, 0, 0, 5, 0, 0]], "on both sides")
    assert found.tolist() == [[0, 0, 0, 0.99, 0.99, 0, 0, 0]]


def test_a_frame_without_any_cavity_is_wrong_as_a_whole() -> None:
    assert wrong([[0, 0], [10, 8]], "whole frame").tolist() == [[0.99, 0.99], [0, 0]]


def test_the_last_slice_at_the_apex_is_small() -> None:
    """Areas go with the radius squared: 5 of 12 is a share of 0.17, 10 of 12 is 0.69."""
    ends_small, ends_large = [[*TAPERING, 0, 0]], [[*TAPERING[:4], 0, 0]]
    assert (wrong(ends_small, "is large") < 0.1).all()
    assert (wrong(ends_large, "is large") > 0.5).tolist() == [[False] * 4 + [True, False]]


@pytest.mark.parametrize("order", [1, -1])
def test_an_empty_slice_above_the_base_is_as_it_should_be(order: int) -> None:
    assert (wrong([[0, 0, *TAPERING, 0][::order]], "is large") < 0.1).all()


def test_with_few_slices_an_end_that_is_large_is_wrong_on_both_sides() -> None:
    assert (wrong([[0, 12, 11, 0]], "is large") > 0.5).tolist() == [[True, False, False, True]]


def boxes(*sizes: tuple[int, int]) -> np.ndarray:
    """A frame (1, K, 40, 40) with a cavity of so many rows and columns in each slice."""
    cavity = np.zeros((1, len(sizes), 40, 40), bool)
    for k, (rows, columns) in enumerate(sizes):
        cavity[0, k, 10 : 10 + rows, 10 : 10 + columns] = True
    return cavity


def test_a_slice_of_a_third_of_the_largest_is_as_likely_the_last_as_not() -> None:
    """Of 100 pixels 35 are the share at which the chances are even, and 38 one softness of 0.03 more."""
    for last, odds in (((5, 7), 0.0), ((2, 19), 1.0)):
        view = a_view(boxes((10, 10), (10, 10), (10, 10), last, (0, 0), (0, 0)))
        (rule,) = (rule for rule in rules_of(view) if "is large" in rule.reason)
        assert rule.wrong[0].tolist() == pytest.approx([0, 0, 0, 0, 0.99 / (1 + np.exp(-odds)), 0])


@pytest.mark.parametrize(("slices", "is_wrong"), [(3, True), (4, False)])
def test_four_slices_tell_the_base_from_the_apex(slices: int, is_wrong: bool) -> None:
    """They must be in one frame: two frames with three each do not."""
    one_frame = boxes((0, 0), *[(10, 10), (9, 9), (8, 8), (7, 7)][:slices])
    for frames in (1, 2):
        (rule,) = (rule for rule in rules_of(a_view(one_frame.repeat(frames, axis=0))) if "is large" in rule.reason)
        assert (rule.wrong[:, 0] > 0.5).tolist() == [is_wrong] * frames


def test_where_neither_half_is_larger_both_ends_may_be_the_apex() -> None:
    assert (wrong([[0, 10, 10, 10, 10, 0]], "is large") > 0.5).tolist() == [[True, *[False] * 4, True]]


def test_an_empty_slice_is_wrong_as_likely_as_the_network_says() -> None:
    """Log-odds of 0 are a chance of one half, -2 ln 3 halved 1 to 3; far from the cavity beside they do not count."""
    cavity = discs([[0, 10, 0, 0]])
    odds = np.where(cavity, SURE, -40).astype(np.float32)
    odds[0, 0][disc(3, 5, 5)] = odds[0, 3][disc(3)] = SURE
    odds[0, 0][disc(3)], odds[0, 2][disc(3)] = -2 * np.log(3), 0
    (rule,) = (rule for rule in rules_of(a_view(cavity, odds)) if "unsure" in rule.reason)
    assert rule.wrong[0].tolist() == pytest.approx([0.25, 0, 0.5, 0], abs=1e-6)


@pytest.mark.parametrize(("radius", "odds_inside", "is_wrong"), [(6, SURE, True), (2, SURE, False), (6, -20.0, False)])
def test_an_empty_slice_whose_cavity_was_left_out_is_wrong_more_often_than_not(
    radius: float, odds_inside: float, is_wrong: bool
) -> None:
    """Unless it was small, or left out above the base, where the log-odds are -20."""
    cavity = discs([[12, 10, 0]])
    view = a_view(cavity)
    odds = view.odds.copy()
    odds[0, 2] = odds_inside if odds_inside < 0 else -SURE
    wins = cavity.copy()
    wins[0, 2] = disc(radius, 10, 10)
    (rule,) = (rule for rule in rules_of(replace(view, odds=odds, wins=wins)) if "left out" in rule.reason)
    assert rule.wrong[0].tolist() == [0, 0, 0.75 if is_wrong else 0]


@pytest.mark.parametrize(("columns", "chance"), [(5, 0.0), (6, 0.75)])
def test_thirty_pixels_that_were_left_out_are_enough(columns: int, chance: float) -> None:
    """5 rows of 6 columns are 30, 5 of 5 and 4 more are 29; one pixel as above the base makes no slice above it."""
    view = a_view(boxes((12, 12), (0, 0)))
    odds, wins = view.odds.copy(), boxes((12, 12), (5, columns))
    wins[0, 1, 20:24, 20] = columns == 5  # 25 + 4
    odds[0, 1, 0, 0] = -20.0
    (rule,) = (rule for rule in rules_of(replace(view, odds=odds, wins=wins)) if "left out" in rule.reason)
    assert rule.wrong[0].tolist() == [0, chance]


@pytest.mark.parametrize(
    ("radii", "ends"),
    [
        ([0, 12, 9, 5, 0], [True, False, False, False, True]),
        ([12, 9, 5, 0, 0], [False] * 5),  # not the stack's last
        ([0, 0, 12, 9, 5], [False] * 5),
        ([12, 9, 5], [False] * 3),
        ([0, 0], [False] * 2),
        ([0], [False]),
    ],
)
def test_an_empty_end_is_the_stacks_first_or_last_slice_beside_a_cavity(radii: list[float], ends: list[bool]) -> None:
    view = a_view(discs([radii]))
    assert is_empty_end(view)[0].tolist() == ends
    rule = end_rule(view, 0.25)
    assert rule.wrong[0].tolist() == [0.25 * is_end for is_end in ends]
    assert "25% of such slices hold some" in rule.reason


@pytest.fixture
def a_beat() -> list[list[float]]:
    """Ten frames of three slices that shrink and grow by less than a tenth from frame to frame."""
    return [[12 + np.cos(2 * np.pi * t / 10), 10 + np.cos(2 * np.pi * t / 10), 6.0] for t in range(10)]


def test_a_smooth_beat_is_right(a_beat: list[list[float]]) -> None:
    assert (wrong(a_beat, "frames before") < 0.05).all()


@pytest.mark.parametrize("radius", [0.0, 5.0, 18.0])
def test_a_slice_that_leaps_in_one_frame_is_wrong(a_beat: list[list[float]], radius: float) -> None:
    a_beat[4][0] = radius
    found = wrong(a_beat, "frames before") > 0.5
    assert np.argwhere(found).tolist() == [[4, 0]]


def test_a_slice_that_is_empty_in_systole_fits_the_beat(a_beat: list[list[float]]) -> None:
    for t in (3, 4, 5, 6):
        a_beat[t][2] = 0.0
    assert (wrong(a_beat, "frames before") < 0.05).all()


@pytest.mark.parametrize(
    ("frames", "columns", "shift", "chance"),
    [(8, 8, 2, 0.99 / 2), (8, 25, 7, 0.99 / (1 + np.exp(-1))), (7, 8, 2, 0.0)],
)
def test_three_quarters_of_overlap_are_as_likely_right_as_wrong(
    frames: int, columns: int, shift: int, chance: float
) -> None:
    """Columns are shifted by 2 of 8 in one frame, or by 7 of 25, which leaves 0.72: one softness of 0.03 less.

    With less than 8 frames nothing is said.
    """
    cavity = np.repeat(boxes((8, columns)), frames, axis=0)
    cavity[3] = np.roll(cavity[3], shift, axis=2)
    (rule,) = (rule for rule in rules_of(a_view(cavity)) if "frames before" in rule.reason)
    assert rule.wrong[3, 0] == pytest.approx(chance)
    assert (np.delete(rule.wrong, 3) < 0.01).all()


def test_one_neighbour_that_it_overlaps_is_enough() -> None:
    """Two frames in turn elsewhere: each of them overlaps the other, and no frame two further on."""
    cavity = np.repeat(boxes((8, 8)), 8, axis=0)
    cavity[3:5] = np.roll(cavity[3:5], 12, axis=3)
    (rule,) = (rule for rule in rules_of(a_view(cavity)) if "frames before" in rule.reason)
    assert (rule.wrong < 0.01).all()


def test_of_a_few_frames_nothing_is_said() -> None:
    assert (wrong([[12, 10], [4, 4]], "frames before") == 0).all()


def test_cavities_of_the_sample_patient_overlap_from_frame_to_frame(the_sample_patient: Path) -> None:
    """The figure that the module's comment names, with the default model."""
    pytest.importorskip("onnxruntime")
    from LVSegULib.engines.base import open_engine
    from LVSegULib.modelfolder.folder import find_model
    from LVSegULib.reading import read_cine
    from LVSegULib.segmentation.segment import segment_cine

    model = find_model("lv")
    labels = segment_cine(read_cine(the_sample_patient), model.spec, open_engine(model)).labels > 0
    found = labels.any(axis=(2, 3))
    dice = np.maximum(*(dice_of_slices(labels, np.roll(labels, step, axis=0)) for step in (1, -1)))
    assert np.percentile(dice[found], 5) > 0.9


def dice_of_slices(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    both, total = ((mask.sum(axis=(2, 3))) for mask in (one & other, one.astype(int) + other))
    return 2 * both / np.maximum(total, 1)
