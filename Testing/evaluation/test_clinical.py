"""Ejection fraction and volumes against hand arithmetic and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from LVSegULib.evaluation.clinical import agreement, clinical_figures, patient_volumes, unpaired_patients
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.evaluation.records import VolumeRecord


def a_volume(
    patient: str, phase: str | None, reference_ml: float, prediction_ml: float, case: str = ""
) -> VolumeRecord:
    name = case or f"{patient}_{phase}"
    return VolumeRecord(name, patient, phase, 0, Overlap(1, 1, 1), 0.0, reference_ml, prediction_ml)


def test_ef_error_of_two_patients() -> None:
    volumes = [
        a_volume("a", "ED", 100, 110),
        a_volume("a", "ES", 40, 33),  # EF 60 against 70
        a_volume("b", "ES", 50, 60),
        a_volume("b", "ED", 200, 200),  # EF 75 against 70
    ]
    figures = clinical_figures(patient_volumes(volumes))
    assert figures.patients == 2
    assert figures.LVEF_percent.error.mean == pytest.approx((10 - 5) / 2)
    assert figures.LVEF_percent.absolute_error.mean == pytest.approx((10 + 5) / 2)
    assert figures.LVEDV_ml.error.mean == pytest.approx(5)
    assert figures.LVESV_ml.error.mean == pytest.approx((-7 + 10) / 2)
    assert np.isnan(figures.LVEF_percent.limits).all(), "two patients have no limits of agreement"


def test_limits_of_agreement_are_those_of_bland_and_altman() -> None:
    error = np.array([4.0, -1.0, 2.0, 0.5, 1.5])
    found = agreement([60.0] * 5, (60 + error).tolist(), list("abcde"))
    spread = 1.96 * np.std(error, ddof=1)
    assert found.limits == pytest.approx((error.mean() - spread, error.mean() + spread))


def test_limits_of_agreement_are_of_patients_and_not_of_beats() -> None:
    found = agreement([60.0] * 5, [64.0, 59.0, 62.0, 60.5, 61.5], list("aabbc"))
    assert (found.error.count, found.error.patients) == (5, 3)
    assert np.isnan(found.limits).all()


def test_named_phases_are_believed_and_a_lone_one_is_left_out() -> None:
    pairs = patient_volumes([a_volume("a", "ED", 50, 50), a_volume("a", "ES", 60, 60), a_volume("b", "ED", 50, 50)])
    assert [(pair.patient, pair.reference_ef) for pair in pairs] == [("a", pytest.approx(-20))]


def test_two_visits_of_a_patient_are_two_beats() -> None:
    volumes = [
        a_volume("a", "ED", 100, 100, "visit1"),
        a_volume("a", "ES", 40, 40, "visit1"),  # EF 60
        a_volume("a", "ED", 200, 200, "visit2"),
        a_volume("a", "ES", 50, 50, "visit2"),  # EF 75
    ]
    pairs = patient_volumes(volumes)
    assert [(pair.patient, pair.reference_ef) for pair in pairs] == [("a", 60), ("a", 75)]
    assert clinical_figures(pairs).patients == 1


def test_a_patient_with_a_second_end_diastole_in_a_stack_of_its_own_is_left_out() -> None:
    volumes = [a_volume("a", phase, 50, 50, f"a{sign}{phase}") for sign in "_-" for phase in ("ED", "ES")]
    volumes += [a_volume("b", "ED", 100, 100), a_volume("b", "ES", 40, 40)]
    assert [pair.patient for pair in patient_volumes(volumes)] == ["b"]
    assert unpaired_patients(volumes) == ["a"]


def test_two_visits_in_stacks_of_their_own_are_no_reason_to_leave_a_patient_out() -> None:
    volumes = [a_volume("a", phase, 50, 50, visit) for visit in ("one", "two") for phase in ("ED", "ES")]
    assert (len(patient_volumes(volumes)), unpaired_patients(volumes)) == (2, [])


def test_frames_without_phase_are_no_beat() -> None:
    assert patient_volumes([a_volume("a", None, 60, 60), a_volume("a", None, 30, 30)]) == []


def test_a_phase_without_reference_is_left_out() -> None:
    assert patient_volumes([a_volume("a", "ED", 50, 50), a_volume("a", "ES", 0, 5)]) == []
    assert len(patient_volumes([a_volume("mouse", "ED", 0.06, 0.06), a_volume("mouse", "ES", 0.02, 0.02)])) == 1


def test_a_patient_in_whom_nothing_was_found_is_counted() -> None:
    volumes = [
        a_volume("a", "ED", 100, 0),
        a_volume("a", "ES", 40, 0),
        a_volume("b", "ED", 9, 9),
        a_volume("b", "ES", 3, 3),
    ]
    figures = clinical_figures(patient_volumes(volumes))
    assert (figures.LVEF_percent.error.count, figures.LVEF_percent.error.undefined) == (1, 1)
    assert figures.LVEDV_ml.error.mean == pytest.approx(-50)


def test_correlation_agrees_with_scipy() -> None:
    rng = np.random.default_rng(2)
    reference = rng.normal(55, 12, 20)
    predicted = reference + rng.normal(0, 5, 20)
    found = agreement(reference.tolist(), predicted.tolist(), [str(number) for number in range(20)])
    assert found.correlation == pytest.approx(stats.pearsonr(reference, predicted).statistic)


@pytest.mark.parametrize(
    ("reference", "predicted"),
    [
        ([50.0, 60.0], [50.0, 60.0]),
        ([50.0, 50.0, 50.0], [50.0, 60.0, 70.0]),
        ([50.0, 60.0, 70.0], [50.0, 50.0, 50.0]),
        ([], []),
    ],
)
def test_correlation_needs_three_patients_that_differ(reference: list[float], predicted: list[float]) -> None:
    found = agreement(reference, predicted, [str(number) for number in range(len(reference))])
    assert math.isnan(found.correlation)


def test_three_patients_are_enough_for_a_correlation() -> None:
    found = agreement([50.0, 60.0, 70.0], [50.0, 61.0, 69.0], ["a", "b", "c"])  # from the mean: -10 0 10, -10 1 9
    assert found.correlation == pytest.approx((100 + 0 + 90) / math.sqrt((100 + 0 + 100) * (100 + 1 + 81)))
