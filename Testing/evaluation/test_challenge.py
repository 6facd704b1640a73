"""The MICCAI 2009 challenge's figures on contours whose distances are given."""

from __future__ import annotations

import math

import pytest

from LVSegULib.evaluation.challenge import challenge_figures, is_good
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.evaluation.records import SliceRecord


def a_contour(patient: str, slice_: int, apd_mm: float, dice: float) -> SliceRecord:
    """A reference of 100 pixels, and a prediction of as many with this Dice; one of none if APD is NaN."""
    overlap = Overlap(0, 100, 0) if math.isnan(apd_mm) else Overlap(round(100 * dice), 100, 100)
    return SliceRecord(patient, patient, "ED", 0, slice_, overlap, 0.0, apd_mm)


PATIENTS = [
    a_contour("a", 0, 1.0, 0.95),
    a_contour("a", 1, 2.0, 0.91),
    a_contour("a", 2, 6.0, 0.60),  # not good
    a_contour("a", 3, math.nan, 0.0),  # missing
    a_contour("b", 0, 4.0, 0.80),
]


def test_both_ways() -> None:
    figures = challenge_figures(PATIENTS)
    assert (figures.contours, figures.missing) == (5, 1)
    assert figures.good_percent.mean == pytest.approx((50 + 100) / 2)
    assert figures.official_dice.mean == pytest.approx((0.93 + 0.80) / 2)
    assert figures.official_apd_mm.mean == pytest.approx((1.5 + 4.0) / 2)
    assert figures.all_dice.mean == pytest.approx(((0.95 + 0.91 + 0.60 + 0) / 4 + 0.80) / 2)
    assert figures.all_apd_mm.mean == pytest.approx(((1 + 2 + 6) / 3 + 4) / 2)


def test_five_millimetres_are_not_good() -> None:
    assert is_good(a_contour("a", 0, 4.999, 0.9))
    assert not is_good(a_contour("a", 0, 5.0, 0.9))
    assert not is_good(a_contour("a", 0, math.nan, 0.9))


def test_a_patient_without_a_good_contour_counts_in_the_percentage_only() -> None:
    figures = challenge_figures([*PATIENTS, a_contour("c", 0, 9.0, 0.3)])
    assert figures.good_percent.mean == pytest.approx((50 + 100 + 0) / 3)
    assert (figures.official_dice.count, figures.official_dice.undefined) == (2, 1)


def test_slices_that_the_expert_left_empty_do_not_count() -> None:
    extra = SliceRecord("a", "a", "ED", 0, 9, Overlap(0, 0, 40), math.nan, math.nan)
    assert challenge_figures([*PATIENTS, extra]) == challenge_figures(PATIENTS)


def test_no_contour_gives_no_figure() -> None:
    figures = challenge_figures([])
    assert figures.contours == 0 and math.isnan(figures.good_percent.mean)
