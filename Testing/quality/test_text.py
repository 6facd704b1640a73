"""Flagged slices in words."""

from __future__ import annotations

import numpy as np

from LVSegULib.quality.score import Flag, Quality
from LVSegULib.quality.signs import SIGNS
from LVSegULib.quality.text import card_paragraphs, figure_lines, look_at, sign_lines, stretches


def flags(*places: tuple[int, int, float]) -> tuple[Flag, ...]:
    return tuple(Flag(frame, index, score, f"reason {score}") for frame, index, score in places)


def a_quality(frames: int, *places: tuple[int, int, float]) -> Quality:
    return Quality(np.ones((frames, 12)), flags(*places), 0.8, 0.9)


def test_frames_that_follow_each_other_are_put_together() -> None:
    found = stretches(flags((0, 3, 0.5), (1, 3, 0.2), (2, 3, 0.4), (5, 3, 0.6), (1, 4, 0.7)))
    assert [(one.slice, one.frames, one.worst.score) for one in found] == [
        (3, "0-2", 0.2),
        (3, "5", 0.6),
        (4, "1", 0.7),
    ]
    assert found[0].worst.frame == 1


def test_the_worst_is_named_first() -> None:
    quality = a_quality(4, (0, 9, 0.5), (1, 9, 0.4), (2, 0, 0.1), *((t, 7, 0.3) for t in range(4)))
    assert look_at(quality) == "look at slice 0 (frame 2), slice 7 (all frames), slice 9 (frames 0-1)"


def test_a_single_frame_needs_no_frames() -> None:
    assert look_at(a_quality(1, (0, 9, 0.5), (0, 2, 0.6))) == "look at slice 9, slice 2"


def test_a_slice_is_named_once() -> None:
    scores = [(0, 7, 0.5), (1, 7, 0.6), (3, 7, 0.1), (2, 4, 0.3)]
    assert look_at(a_quality(5, *scores)) == "look at slice 7 (frames 0-1, 3), slice 4 (frame 2)"


def test_a_long_list_is_cut_off() -> None:
    assert look_at(a_quality(1, *((0, k, 0.1 + k / 100) for k in range(8)))).endswith("slice 5, 2 more")


def test_without_flags_there_is_nothing_to_say() -> None:
    assert look_at(a_quality(3)) == ""


def test_a_card_says_what_was_learnt_from_and_how_well_it_does() -> None:
    def figure(value: float) -> dict[str, float | None]:
        return {"value": value, "low": None, "high": None}

    figures = {
        "data": ["A", "B"],
        "patients": 5,
        "slices": 50,
        "bad_slices": 7,
        "area_under_roc": {"value": 0.9123, "low": 0.85, "high": 0.96},
        "bad_found": figure(0.9),
        "false_alarms": figure(0.1),
        "far_off_slices": 0,
        "far_off_found": {"value": None, "low": None, "high": None},
        "patient_score_rank_correlation": 0.714,
    }
    text, lines = card_paragraphs(figures)
    assert "Learnt from A, B; the figures are of patients not learnt from." in text
    assert lines.splitlines() == [
        "- judged on 5 patients, 50 slices, 7 of them bad (Dice below 0.8)",
        "- area under the ROC curve: 0.912 (0.850 to 0.960)",
        "- bad slices that are flagged: 0.900",
        "- good slices that are flagged (false alarms): 0.100",
        "- rank correlation of the patient's score and Dice: 0.71",
    ]


def test_signs_that_count_are_named_the_strongest_first() -> None:
    weights = dict.fromkeys((sign.key for sign in SIGNS), 0.0) | {"misfit": 0.25, "leap": 0.5}
    quality = {"threshold": 0.75, "signs": {key: {"weight": weight} for key, weight in weights.items()}}
    lines = [
        "- flagged below a score of 0.750",
        "- what counts: its area does not fit the slices beside it (0.50); "
        "it does not lie over the slices beside it (0.25)",
    ]
    assert sign_lines(quality) == lines
    del quality["signs"]["bareness"]  # as in models that were calibrated before it was one
    assert sign_lines(quality) == lines
    ends = "- empty beside a cavity, the first or last slice of a stack holds some of it in 37%"
    assert sign_lines(quality | {"end_rate": 0.366}) == [*lines, ends]


def test_flags_may_come_in_the_order_of_the_frames() -> None:
    found = stretches(flags((0, 3, 0.5), (0, 4, 0.5), (1, 3, 0.5), (1, 4, 0.5), (2, 4, 0.5)))
    assert [(one.slice, one.frames) for one in found] == [(3, "0-1"), (4, "0-2")]


def test_a_stretch_ends_where_another_slice_begins() -> None:
    found = stretches(flags((0, 3, 0.5), (1, 3, 0.5), (2, 4, 0.5)))
    assert [(one.slice, one.frames) for one in found] == [(3, "0-1"), (4, "2")]


def test_single_frames_of_a_slice_are_frames() -> None:
    assert look_at(a_quality(5, (1, 7, 0.5), (3, 7, 0.6))) == "look at slice 7 (frames 1, 3)"


def test_six_slices_are_all_there_are() -> None:
    assert look_at(a_quality(1, *((0, k, 0.1 + k / 100) for k in range(6)))).endswith("slice 4, slice 5")


def test_slices_that_are_far_off_have_a_line_where_there_are_any() -> None:
    figure = {"value": 0.75, "low": 0.5, "high": 0.875}
    figures = dict.fromkeys(("area_under_roc", "bad_found", "false_alarms", "far_off_found"), figure)
    counts = {"patients": 5, "slices": 50, "bad_slices": 7, "far_off_slices": 4, "patient_score_rank_correlation": None}
    assert figure_lines(figures | counts)[4:] == [
        "- slices that are far off (Dice below 0.5, 4 of them) that are flagged: 0.750 (0.500 to 0.875)"
    ]
