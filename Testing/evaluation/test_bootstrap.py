"""Summaries and intervals against numpy, plain loops and known distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from LVSegULib.evaluation.bootstrap import NO_INTERVAL, RESAMPLES, SEED, interval_text, ratio_of_sums, summarise


def plain_bootstrap(values: list[float], patients: list[str]) -> tuple[float, float]:
    """Of the mean. The same resamples, spelt out: whole patients are drawn, and each brings all its values."""
    names = sorted(set(patients))
    draws = np.random.default_rng(SEED).multinomial(len(names), [1 / len(names)] * len(names), size=RESAMPLES)
    of = {name: [value for value, owner in zip(values, patients, strict=True) if owner == name] for name in names}
    estimates = []
    for draw in draws:
        pooled = [value for name, times in zip(names, draw, strict=True) for value in of[name] * times]
        estimates.append(sum(pooled) / len(pooled))
    low, high = np.percentile(estimates, [2.5, 97.5])
    return float(low), float(high)


def test_mean_and_median_of_known_values() -> None:
    summary = summarise([1.0, 2.0, 6.0, 11.0], ["a", "a", "b", "c"])
    assert (summary.mean, summary.median, summary.count, summary.patients) == (5.0, 4.0, 4, 3)


@pytest.mark.parametrize("seed", range(3))
def test_intervals_agree_with_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    patients = [f"p{number}" for number in rng.integers(0, 6, 31)]
    values = rng.normal(size=31).tolist()
    summary = summarise(values, patients)
    assert summary.mean_interval == pytest.approx(plain_bootstrap(values, patients))


def test_the_interval_of_many_patients_is_that_of_the_central_limit_theorem() -> None:
    values = np.random.default_rng(5).normal(10, 2, 400)
    low, high = summarise(values.tolist(), [str(number) for number in range(400)]).mean_interval
    half = 1.96 * values.std() / 20  # 1.96 standard errors, 400 patients
    assert low == pytest.approx(values.mean() - half, abs=0.03)
    assert high == pytest.approx(values.mean() + half, abs=0.03)


def test_slices_of_one_patient_do_not_make_it_more_certain() -> None:
    once = summarise([1.0, 2.0, 3.0, 4.0, 9.0], list("abcde"))
    often = summarise([1.0, 2.0, 3.0, 4.0, 9.0] * 50, list("abcde") * 50)
    assert often.mean_interval == pytest.approx(once.mean_interval)


def test_undefined_values_are_left_out_and_counted() -> None:
    summary = summarise([1.0, math.nan, 3.0], ["a", "b", "c"])
    assert (summary.mean, summary.count, summary.patients, summary.undefined) == (2.0, 2, 2, 1)


def test_nothing_at_all_is_nan_and_not_an_error() -> None:
    for values in ([], [math.nan]):
        summary = summarise(values, ["a"] * len(values))
        assert math.isnan(summary.mean) and math.isnan(summary.median)
        assert (summary.count, summary.patients, summary.undefined) == (0, 0, len(values))


def test_one_patient_has_no_interval() -> None:
    summary = summarise([0.8, 0.9], ["a", "a"])
    assert summary.mean == pytest.approx(0.85) and math.isnan(summary.mean_interval[0])


def test_an_interval_needs_five_patients() -> None:
    names = list("abcde")
    assert math.isnan(summarise([1.0, 3.0, 2.0, 5.0], names[:4]).mean_interval[0])
    assert math.isnan(ratio_of_sums([1.0, 3.0, 2.0, 5.0], [9.0] * 4).interval[0])
    assert summarise([1.0, 3.0, 2.0, 5.0, 4.0], names).mean_interval[0] > 1
    assert ratio_of_sums([1.0, 3.0, 2.0, 5.0, 4.0], [9.0] * 5).interval[0] > 1 / 9


def test_the_same_input_gives_the_same_interval() -> None:
    values, patients = [0.1, 0.5, 0.7, 0.2, 0.3], list("abcde")
    assert summarise(values, patients) == summarise(values, patients)


def test_the_ratio_is_of_sums_and_not_the_mean_of_ratios() -> None:
    ratio = ratio_of_sums([90, 0], [100, 10])
    assert ratio.value == pytest.approx(90 / 110)


def test_a_patient_who_brings_nothing_to_a_ratio_does_not_spoil_its_interval() -> None:
    assert ratio_of_sums([0.45] + [0.0] * 5, [0.5] + [0.0] * 5).interval == pytest.approx((0.9, 0.9))


def test_a_ratio_of_one_patient_has_no_interval() -> None:
    ratio = ratio_of_sums([90], [100])
    assert ratio.value == pytest.approx(0.9) and all(math.isnan(end) for end in ratio.interval)


def test_a_ratio_of_nothing_is_nan() -> None:
    assert math.isnan(ratio_of_sums([], []).value)
    assert math.isnan(ratio_of_sums([0.0], [0.0]).value)


def test_all_patients_count_in_a_ratio() -> None:
    assert ratio_of_sums([1, 2, 3], [5, 4, 3]).value == 6 / 12
    assert ratio_of_sums([1, 2, 3], [5, 4, 3]).patients == 3


def test_an_interval_is_written_from_low_to_high_and_a_missing_one_as_a_dash() -> None:
    assert interval_text((0.125, 0.5), ".3f") == "0.125 to 0.500"
    assert interval_text((-0.01, 0.02), "+.2f") == "-0.01 to +0.02"
    assert interval_text((0.25, 0.5), ".1%") == "25.0 % to 50.0 %"
    assert interval_text(NO_INTERVAL, ".3f") == "-"
