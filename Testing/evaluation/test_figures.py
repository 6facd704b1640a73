"""Figures of two patients whose every pixel is known; the arithmetic is in the comments."""

from __future__ import annotations

import dataclasses

import pytest

from LVSegULib.evaluation.evaluate import Evaluation
from LVSegULib.evaluation.figures import LabelFigures, label_figures
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.evaluation.records import SliceRecord
from LVSegULib.labels import CAVITY, MYOCARDIUM


@pytest.fixture
def figures(an_evaluation_of_two_patients: Evaluation) -> LabelFigures:
    return an_evaluation_of_two_patients.labels["LV"]


def test_dice_pooled_and_per_patient(figures: LabelFigures) -> None:
    # both: 280 + 116 + 136 + 100 = 632; reference: 280 + 116 + 280 + 100 = 776; prediction: 280 + 116 + 136 + 104 = 636
    assert figures.pooled_dice.value == pytest.approx(2 * 632 / (776 + 636))
    # patient b: both 236, reference 380, prediction 240
    assert figures.dice_per_patient.mean == pytest.approx((1 + 2 * 236 / 620) / 2)
    assert (figures.dice_per_patient.count, figures.pooled_dice.patients) == (2, 2)


def test_dice_per_volume(figures: LabelFigures) -> None:
    ed, es = 2 * 136 / (280 + 136), 2 * 100 / (100 + 104)
    assert figures.volumes["all"].dice.mean == pytest.approx((1 + 1 + ed + es) / 4)
    assert figures.volumes["ED"].dice.mean == pytest.approx((1 + ed) / 2)
    assert figures.volumes["ES"].dice.mean == pytest.approx((1 + es) / 2)


def test_dice_per_slice_is_over_slices_with_reference(figures: LabelFigures) -> None:
    slices = figures.slices["all"]
    assert (slices.dice.count, slices.missed, figures.false_positive_slices) == (3 + 3 + 3 + 2, 1, 1)
    assert slices.dice.mean == pytest.approx(10 / 11)
    assert slices.below.mean == pytest.approx(1 / 11)
    assert slices.dice.median == 1
    assert (slices.hd95_mm.count, slices.hd95_mm.undefined, slices.hd95_mm.mean) == (10, 1, 0)


def test_base_mid_and_apex(figures: LabelFigures) -> None:
    counts = {region: figures.slices[region].dice.count for region in ("base", "mid", "apex")}
    assert counts == {"base": 4, "mid": 3, "apex": 4}  # b at ES has two slices: base and apex
    assert figures.slices["base"].dice.mean == pytest.approx(3 / 4)
    assert figures.slices["apex"].dice.mean == figures.slices["mid"].dice.mean == 1
    # base, pooled over its slices: both 144 + 64 + 0 + 64, reference 144 + 64 + 144 + 64
    assert figures.slices["base"].pooled_dice.value == pytest.approx(2 * 272 / (272 + 416))


def test_volumes_and_ejection_fraction(figures: LabelFigures) -> None:
    # b at ED: 144 voxels of 0.04 mL too few; at ES 4 too many
    assert figures.volumes["ED"].error_ml.mean == pytest.approx((0 - 144 * 0.04) / 2)
    assert figures.volumes["ES"].error_percent.mean == pytest.approx((0 + 4) / 2)
    assert figures.clinical is not None and figures.clinical.patients == 2
    reference, predicted = 100 * (280 - 100) / 280, 100 * (136 - 104) / 136
    assert figures.clinical.LVEF_percent.error.mean == pytest.approx((0 + predicted - reference) / 2)


def test_the_challenge_counts_the_missed_contour(figures: LabelFigures) -> None:
    assert figures.challenge is not None
    assert (figures.challenge.contours, figures.challenge.missing) == (11, 1)
    assert figures.challenge.good_percent.mean == pytest.approx((100 + 80) / 2)
    assert figures.challenge.official_dice.mean == 1
    assert figures.challenge.all_dice.mean == pytest.approx((1 + 4 / 5) / 2)


def test_the_worst_slice_comes_first_and_has_a_reference(figures: LabelFigures) -> None:
    worst = figures.worst_slices(2)
    assert (worst[0].case, worst[0].slice, worst[0].dice) == ("b_ED", 0, 0)
    assert worst[1].overlap.reference == 144  # all others are perfect: the largest of them
    assert len(figures.worst_slices(99)) == 11


def test_a_slice_of_nine_tenths_is_not_below_them() -> None:
    slices = [SliceRecord("a", "a", None, 0, k, Overlap(both, 50, 50), 0.0, 0.0) for k, both in enumerate((45, 44))]
    assert label_figures(CAVITY, slices, []).slices["all"].below.mean == 0.5


def test_only_the_cavity_has_clinical_figures_and_those_of_the_challenge(figures: LabelFigures) -> None:
    myocardium = label_figures(MYOCARDIUM, figures.slice_records, figures.volume_records)
    assert (myocardium.clinical, myocardium.challenge, myocardium.pairs) == (None, None, [])
    assert myocardium.pooled_dice == figures.pooled_dice


def test_where_ed_and_es_are_not_known_there_is_no_group_of_them(figures: LabelFigures) -> None:
    slices = [dataclasses.replace(record, phase=None) for record in figures.slice_records]
    volumes = [dataclasses.replace(record, phase=None) for record in figures.volume_records]
    found = label_figures(CAVITY, slices, volumes)
    assert list(found.slices) == ["all", "base", "mid", "apex"] and list(found.volumes) == ["all"]
    assert (found.clinical, found.pairs) == (None, [])
    assert found.challenge == figures.challenge
