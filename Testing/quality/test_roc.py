"""ROC by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import trapezoid

from LVSegULib.quality.roc import area_under, curve, shares_flagged, threshold_for

WRONG = np.array([0.9, 0.8, 0.7, 0.4, 0.3, 0.1])
BAD = np.array([True, False, True, False, True, False])
PATIENTS = ["a", "a", "b", "b", "c", "c"]


def test_the_area_counts_the_pairs_in_the_right_order() -> None:
    """0.9 beats all three good ones, 0.7 beats two, 0.3 beats one: 6 of 9 pairs."""
    assert area_under(WRONG, BAD, PATIENTS).value == pytest.approx(6 / 9)


def test_equal_probabilities_count_by_half() -> None:
    assert area_under(np.array([0.5, 0.5]), np.array([True, False]), ["a", "b"]).value == 0.5


def test_the_interval_holds_the_area_and_needs_five_patients() -> None:
    figure = area_under(WRONG, BAD, list("abcdee"))
    assert figure.interval[0] <= figure.value <= figure.interval[1]
    assert math.isnan(area_under(WRONG, BAD, list("abcddd")).interval[0])


@pytest.mark.parametrize("patients", [["a"] * 6, PATIENTS])
def test_without_bad_slices_there_is_no_area(patients: list[str]) -> None:
    figure = area_under(WRONG, np.zeros(6, bool), patients)
    assert np.isnan([figure.value, *figure.interval]).all()


def test_the_curve_steps_from_the_strictest_threshold_down() -> None:
    alarms, found = curve(WRONG, BAD)
    assert found.tolist() == pytest.approx([0, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1, 1])
    assert alarms.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1])


@pytest.mark.parametrize("bad", [True, False])
def test_the_curve_of_slices_of_one_kind_stays_at_zero_for_the_other(bad: bool) -> None:
    alarms, found = curve(np.array([0.9, 0.2]), np.array([bad, bad]))
    assert (found.tolist(), alarms.tolist()) == (([0, 0.5, 1], [0, 0, 0]) if bad else ([0, 0, 0], [0, 0.5, 1]))


def test_the_area_under_the_curve_is_the_area() -> None:
    random = np.random.default_rng(5)
    wrong, bad = random.random(200).round(2), random.random(200) < 0.3
    alarms, found = curve(wrong, bad)
    assert trapezoid(found, alarms) == pytest.approx(area_under(wrong, bad, ["a"] * 200).value)


def test_shares_of_what_is_flagged() -> None:
    """At 0.5 and above 0.9, 0.8 and 0.7 are flagged: two of three bad ones, one of three good ones."""
    found, alarms = shares_flagged(WRONG > 0.5, BAD, PATIENTS)
    assert (found.value, alarms.value) == (pytest.approx(2 / 3), pytest.approx(1 / 3))


@pytest.mark.parametrize(("share", "threshold"), [(0.3, 0.85), (0.6, 0.55), (0.7, 0.2), (1.0, 0.2)])
def test_the_threshold_finds_the_share_and_no_more(share: float, threshold: float) -> None:
    assert threshold_for(WRONG, BAD, share, 1.0) == pytest.approx(threshold)
    assert (WRONG[BAD] > threshold).mean() >= share


@pytest.mark.parametrize(("most_alarms", "threshold"), [(1.0, 0.2), (0.67, 0.2), (0.34, 0.4), (0.0, 0.8)])
def test_the_threshold_flags_no_more_good_slices_than_allowed(most_alarms: float, threshold: float) -> None:
    """The good ones have 0.8, 0.4 and 0.1; those above the threshold are flagged."""
    assert threshold_for(WRONG, BAD, 1.0, most_alarms) == pytest.approx(threshold)
    assert (WRONG[~BAD] > threshold).sum() <= most_alarms * 3


def test_with_nothing_below_the_last_bad_slice_the_threshold_is_half_of_it() -> None:
    assert threshold_for(np.array([0.5, 0.7]), np.array([True, True]), 1.0, 1.0) == 0.25
    assert threshold_for(np.array([0.5, 0.5]), np.array([True, False]), 1.0, 1.0) == 0.25


def test_where_every_patient_alone_is_told_apart_the_interval_is_the_area() -> None:
    figure = area_under(np.array([0.9, 0.1, 0.8, 0.2] * 3), np.array([True, False] * 6), list("aabbccddeeff"))
    assert (figure.value, figure.interval) == (1, (1, 1))
