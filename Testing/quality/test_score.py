"""Scores, flags and their reasons, for slices of which it is plain what is wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from LVSegULib.quality.calibration import Calibration
from LVSegULib.quality.logistic import Logistic
from LVSegULib.quality.score import Flag, Quality, judge, patient_score
from LVSegULib.quality.signs import SIGNS
from LVSegULib.quality.view import View
from Testing.quality.discs import SURE, a_view, disc, discs


def a_calibration(**weights: float) -> Calibration:
    """Signs are taken as they are, with these weights; a slice without any has log-odds of -4."""
    keys = [sign.key for sign in SIGNS]
    chosen = {key.replace("_", " "): weight for key, weight in weights.items()}
    assert chosen.keys() <= set(keys)
    counted = np.array([chosen.get(key, 0.0) for key in keys])
    return Calibration(Logistic(np.zeros(len(keys)), np.ones(len(keys)), counted, -4.0), 0.8)


def judged(view: View, **weights: float) -> Quality:
    return judge(view, a_calibration(**weights))


def test_good_slices_are_not_flagged() -> None:
    quality = judged(a_view(discs([[12, 11, 9, 6]])), misfit=6, narrowness=5)
    assert quality.flags == ()
    assert not quality.flagged.any()
    assert quality.patient > 0.9


def test_the_sign_that_pulls_most_is_the_reason() -> None:
    cavity = discs([[12, 11, 9, 6]])
    cavity[0, 1] = np.roll(cavity[0, 1], 18, axis=1)
    quality = judged(a_view(cavity), misfit=6, narrowness=5)
    assert [(flag.frame, flag.slice) for flag in quality.flags] == [(0, 0), (0, 1), (0, 2)]
    assert {flag.reason for flag in quality.flags} == {"it does not lie over the slices beside it"}
    assert quality.flagged.tolist() == [[True, True, True, False]]


def test_a_rule_that_is_surer_than_the_signs_is_the_reason() -> None:
    quality = judged(a_view(discs([[12, 0, 9, 6]])))
    assert [(flag.slice, flag.reason) for flag in quality.flags] == [
        (1, "no cavity was found, though there is one on both sides of it")
    ]


def test_the_score_is_the_probability_of_being_good() -> None:
    """A leap is known of the middle slice only: it has log-odds of 0, the others of -4."""
    view = a_view(discs([[12, 6, 12]]))
    leap = np.log(view.area[0, 0] / view.area[0, 1])
    quality = judged(view, leap=4 / leap)
    assert quality.scores[0].tolist() == pytest.approx([1 - 1 / (1 + np.exp(4)), 0.5, 1 - 1 / (1 + np.exp(4))])


def test_a_rule_that_is_less_sure_than_the_signs_is_not_the_reason() -> None:
    """In a beat of eight equal frames the rule of the beat is not quite 0, and the leap of the middle slice is 1/2."""
    view = a_view(discs([[12, 6, 12]] * 8))
    leap = np.log(view.area[0, 0] / view.area[0, 1])
    flags = judged(view, leap=4 / leap).flags
    assert [(flag.frame, flag.slice) for flag in flags] == [(t, 1) for t in range(8)]
    assert {flag.reason for flag in flags} == {"its area does not fit the slices beside it"}


def test_a_slice_at_the_threshold_is_not_flagged() -> None:
    assert Quality(np.array([[0.79, 0.8]]), (), 0.8, 1.0).flagged.tolist() == [[True, False]]


def test_json_has_three_digits() -> None:
    quality = Quality(np.array([[0.12345]]), (Flag(2, 3, 0.12355, "why"),), 0.23456, 0.34567)
    assert quality.to_json() == {
        "patient_score": 0.346,
        "threshold": 0.235,
        "flagged": [{"frame": 2, "slice": 3, "score": 0.124, "reason": "why"}],
        "scores": [[0.123]],
    }


def test_an_empty_slice_is_judged_by_the_rules_alone() -> None:
    cavity = discs([[12, 5, 0]])
    odds = np.where(cavity, SURE, -40).astype(np.float32)
    odds[0, 2][disc(3)] = 2 * np.log(3)  # halved: a chance of 3/4
    quality = judged(a_view(cavity, odds), smallness=50)
    assert quality.scores[0, 2] == pytest.approx(0.25, abs=0.02)
    assert quality.flags[-1].reason == "no cavity was found, though the network is unsure"


def test_an_empty_end_of_the_stack_is_judged_by_how_often_such_are_wrong() -> None:
    view, counted = a_view(discs([[12, 9, 5, 0]])), a_calibration()
    assert judge(view, counted).flags == ()
    (flag,) = judge(view, dataclasses.replace(counted, end_rate=0.3)).flags
    assert (flag.slice, flag.reason) == (
        3,
        "no cavity was found in it, though the stack ends there: 30% of such slices hold some",
    )
    assert flag.score == pytest.approx(0.7, abs=0.02)


def test_the_patients_score_weighs_by_area() -> None:
    """Areas 30 and 10, of which the first is good with 0.9 and the second with 0.5: (27 + 5) / 40."""
    assert patient_score(np.array([0.1, 0.5]), np.array([30.0, 10.0])) == pytest.approx(0.8)


def test_an_empty_slice_that_is_wrong_counts_as_much_as_others() -> None:
    """Areas of 20 on average, of which the empty one is surely missed and the others surely good: 40 / 60."""
    assert patient_score(np.array([0.0, 1.0, 0.0]), np.array([30.0, 0.0, 10.0])) == pytest.approx(2 / 3)
    assert patient_score(np.array([0.0, 0.0, 0.0]), np.array([30.0, 0.0, 10.0])) == 1


def test_where_nothing_was_found_nothing_is_good() -> None:
    quality = judged(a_view(discs([[0, 0]])))
    assert quality.patient < 0.05
    assert {flag.reason for flag in quality.flags} == {"no cavity was found in the whole frame"}


def test_json_has_plain_numbers() -> None:
    values = judged(a_view(discs([[12, 0, 9]]))).to_json()
    assert values["threshold"] == 0.8
    assert values["flagged"] == [
        {
            "frame": 0,
            "slice": 1,
            "score": 0.0,
            "reason": "no cavity was found, though there is one on both sides of it",
        }
    ]
    assert np.shape(values["scores"]) == (1, 3)
    assert 0 < values["patient_score"] < 1


def test_the_flags_are_the_flagged_slices() -> None:
    view = a_view(discs([[12, 6, 12]]))
    leap = np.log(view.area[0, 0] / view.area[0, 1])
    counted = a_calibration(leap=4 / leap)
    at = float(judge(view, counted).scores[0, 1])
    for threshold, count in ((at, 0), (np.nextafter(at, 1), 1)):
        quality = judge(view, dataclasses.replace(counted, threshold=threshold))
        assert len(quality.flags) == np.count_nonzero(quality.flagged) == count
