"""Nothing is called better inside the noise: of patients, or of seeds."""

from __future__ import annotations

import math

import pytest

from LVSegULib.evaluation.bootstrap import NO_INTERVAL, Summary, summarise
from LVSegULib.study.verdict import verdict


def change(mean: float, low: float, high: float, patients: int = 17) -> Summary:
    return Summary(mean, mean, patients, patients, 0, (low, high))


@pytest.mark.parametrize(
    ("mean", "low", "high", "noise", "kind", "words"),
    [
        (0.02, 0.01, 0.03, 0.005, "better", "better"),
        (-0.02, -0.03, -0.01, 0.005, "worse", "worse"),
        (0.02, -0.001, 0.04, 0.005, "none", "no difference that 17 patients show"),
        (-0.02, -0.04, 0.0, 0.005, "none", "no difference that 17 patients show"),
        (0.004, 0.001, 0.007, 0.005, "none", "no more than another seed does"),
        (-0.004, -0.007, -0.001, 0.005, "none", "no more than another seed does"),
        (0.004, 0.001, 0.007, math.nan, "better", "better"),
    ],
)
def test_a_difference_must_leave_out_zero_and_exceed_the_noise(
    mean: float, low: float, high: float, noise: float, kind: str, words: str
) -> None:
    found = verdict(change(mean, low, high), noise)
    assert (found.kind, found.words) == (kind, words)


def test_one_patient_shows_nothing() -> None:
    alone = Summary(0.3, 0.3, 1, 1, 0, NO_INTERVAL)
    assert verdict(alone, 0.0).words == "too few patients to tell"


def test_patients_who_all_change_alike_are_a_difference_and_those_who_do_not_are_none() -> None:
    names = [f"p{number}" for number in range(12)]
    assert verdict(summarise([0.01] * 12, names), 0.002).kind == "better"
    assert verdict(summarise([0.05, -0.05] * 6, names), 0.002).kind == "none"
