"""A calibration is learnt from patients and judged by others; what cannot be learnt from is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from LVSegULib.errors import InputError
from LVSegULib.evaluation.bootstrap import Ratio
from LVSegULib.quality.examples import Examples
from LVSegULib.quality.learn import (
    MOST_ALARMS,
    Judgement,
    _parts,
    calibration_from,
    cross_validated,
    figures_of,
    judge_examples,
    learn,
    plain_figure,
)
from LVSegULib.quality.signs import SIGNS

SLICES_EACH = 20


def some_examples(patients: int = 12, share: float = 0.3, *, is_told: bool = True, seed: int = 1) -> Examples:
    """Slices of 100 pixels, a share of them with a Dice of 0.5 and the others with one of 0.9; one sign tells which."""
    random = np.random.default_rng(seed)
    number = patients * SLICES_EACH
    bad = random.random(number) < share
    signs = random.normal(size=(len(SIGNS), number))
    signs[3] += 4.0 * (bad & is_told)
    both = np.where(bad, 50, 90)
    return Examples(
        signs,
        np.zeros(number),
        np.zeros(number, bool),
        np.full(number, 100.0),
        np.stack([both, np.full(number, 100), np.full(number, 100)]),
        np.repeat([f"patient{n:02}" for n in range(patients)], SLICES_EACH),
        np.full(number, "phantoms"),
    )


def test_the_sign_that_tells_gets_the_weight_and_bad_slices_are_found() -> None:
    examples = some_examples()
    calibration, judgement = learn(examples)
    weights = calibration.logistic.weights
    assert weights.argmax() == 3
    assert weights[3] > 5 * np.delete(weights, 3).max()
    assert judgement.flagged[examples.bad].mean() >= 0.85
    assert judgement.flagged[~examples.bad].mean() < 0.1
    assert calibration.figures["area_under_roc"]["value"] > 0.95
    assert calibration.figures["slices"] == 12 * SLICES_EACH
    assert calibration.figures["far_off_slices"] == 0, "bad slices have a Dice of 0.5, which is not below it"
    assert calibration.figures["far_off_found"]["value"] is None


def test_signs_that_tell_nothing_are_owned_up_to() -> None:
    """What was learnt by heart does not show in figures of other patients."""
    figures = learn(some_examples(is_told=False))[0].figures
    assert figures["area_under_roc"]["value"] == pytest.approx(0.5, abs=0.12)
    assert figures["bad_found"]["value"] < 0.5
    assert figures["false_alarms"]["value"] == pytest.approx(MOST_ALARMS, abs=0.08)  # and no more are flagged in vain


def test_nobody_is_judged_by_what_was_learnt_from_him() -> None:
    """A patient whose signs are the wrong way round is judged as the others teach."""
    examples = some_examples()
    own = examples.patients == "patient05"
    examples.signs[3, own] *= -1
    judged = cross_validated(examples)
    assert judged.wrong[own & examples.bad].mean() < judged.wrong[own & ~examples.bad].mean()


def test_a_calibration_holds_for_new_patients() -> None:
    calibration, _ = learn(some_examples())
    others = some_examples(seed=2)
    figures = figures_of(others, judge_examples(calibration, others))
    assert figures["bad_found"]["value"] > 0.8
    assert figures["bad_found"]["low"] <= figures["bad_found"]["value"] <= figures["bad_found"]["high"]


def slices_with(both: list[int], patients: str) -> Examples:
    """Slices with so many of 100 pixels in both, and a patient for each; their area is 100."""
    number = len(both)
    nothing, counts = np.zeros(number), np.stack([both, np.full(number, 100), np.full(number, 100)])
    of_whom = np.array(list(patients)), np.full(number, "set")
    return Examples(np.zeros((len(SIGNS), number)), nothing, nothing > 0, nothing + 100, counts, *of_whom)


def test_the_figures_of_a_judgement_by_hand() -> None:
    """Bad are those of 40, 50, 60 and 70, for 80 is good; far off is that of 40 only, for 50 is half.

    The patients' Dice are 0.65, 0.63 and 0.7, their mean scores 0.4, 0.53 and 0.6: by rank 2, 1, 3 and 1, 2, 3. Of
    three ranks that differ by 1, 1 and 0 the correlation is 1 - 6 * 2 / (3 * 8) = 0.5.
    """
    examples = slices_with([90, 40, 80, 60, 50, 70], "aabbbc")
    wrong = np.array([0.3, 0.9, 0.1, 0.7, 0.6, 0.4])
    figures = figures_of(examples, Judgement(wrong, wrong > 0.65))
    assert (figures["patients"], figures["slices"], figures["bad_slices"], figures["far_off_slices"]) == (3, 6, 4, 1)
    assert figures["bad_found"]["value"] == 0.5  # 40 and 60 of 40, 60, 50 and 70
    assert (figures["false_alarms"]["value"], figures["far_off_found"]["value"]) == (0, 1)
    assert figures["area_under_roc"]["value"] == 1  # 0.9, 0.7, 0.6 and 0.4 above 0.3 and 0.1
    assert figures["patient_score_rank_correlation"] == 0.5


@pytest.mark.parametrize(
    ("both", "patients"), [([90, 40, 80, 60], "aabb"), ([90, 90, 90], "abc")], ids=["two patients", "all alike"]
)
def test_patients_that_cannot_be_ranked_have_no_rank_correlation(both: list[int], patients: str) -> None:
    wrong = np.linspace(0.1, 0.9, len(both))
    figures = figures_of(slices_with(both, patients), Judgement(wrong, wrong > 0.5))
    assert figures["patient_score_rank_correlation"] is None


def test_two_patients_are_enough_to_learn_from() -> None:
    calibration, judgement = learn(some_examples(patients=2))
    assert calibration.figures["patients"] == 2
    assert calibration.figures["area_under_roc"]["value"] > 0.9
    assert ((judgement.wrong >= 0) & (judgement.wrong <= 1)).all()


def test_a_slice_goes_from_good_to_bad_over_a_softness_of_dice() -> None:
    """With signs that say nothing, all get the mean badness: 1 / (1 + e) at 0.84 and e / (1 + e) at 0.76, 3 to 1."""
    calibration = calibration_from(slices_with([84, 84, 84, 76] * 2, "aaaabbbb"))
    mean = (3 + np.e) / (4 * (1 + np.e))
    assert calibration.logistic.wrong(np.zeros(len(SIGNS))) == pytest.approx(mean, abs=1e-4)


def test_slices_where_both_are_empty_are_good_and_missed_or_made_up_ones_are_bad() -> None:
    counts = np.array([[0, 0, 0, 80], [0, 40, 0, 100], [0, 0, 40, 100]])
    nothing = np.zeros(4)
    examples = Examples(
        np.zeros((len(SIGNS), 4)),
        nothing,
        nothing > 0,
        counts[2].astype(float),
        counts,
        np.full(4, "a"),
        np.full(4, "set"),
    )
    assert examples.dice.tolist() == [1, 0, 0, 0.8]
    assert examples.bad.tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        (some_examples(patients=1), "two patients or more, got 1"),
        (some_examples(share=0.0), "a Dice below 0.8 is nowhere"),
        (some_examples(share=1.0), "of 240 slices, one with a cavity that has a Dice of 0.8 or more is nowhere"),
    ],
)
def test_too_little_to_learn_from_is_refused(examples: Examples, message: str) -> None:
    with pytest.raises(InputError, match=message):
        learn(examples)


def test_bad_slices_of_one_patient_do_not_make_a_rule() -> None:
    examples = some_examples()
    examples.counts[0, examples.patients != "patient03"] = 90
    with pytest.raises(InputError, match="in one patient only"):
        learn(examples)


def with_empty_ends(examples: Examples, missed: int) -> Examples:
    """The last slice of each of 12 patients without a cavity in the result; in `missed` of them the expert drew one."""
    last = slice(SLICES_EACH - 1, None, SLICES_EACH)
    examples.empty_end[last], examples.area[last], examples.signs[:, last] = True, 0, np.nan
    examples.counts[:, last] = np.array([[0], [1], [0]]) * (20 * (np.arange(12) < missed))
    return examples


@pytest.mark.parametrize(("missed", "rate"), [(6, 0.5), (5, 5 / 12), (4, 0.0), (12, 0.0)])
def test_how_often_the_end_of_a_stack_is_missed_is_counted_where_enough_tell(missed: int, rate: float) -> None:
    examples = with_empty_ends(some_examples(), missed)
    calibration, _ = learn(examples)
    assert calibration.end_rate == pytest.approx(rate)
    assert judge_examples(calibration, examples).wrong[examples.empty_end] == pytest.approx(rate)


def test_how_often_ends_are_missed_says_nothing_of_other_slices() -> None:
    examples = with_empty_ends(some_examples(), 6)
    calibration = calibration_from(examples)
    found, ends = judge_examples(calibration, examples), examples.empty_end
    assert found.wrong[ends] == pytest.approx(0.5)
    assert found.wrong[~ends] == pytest.approx(calibration.logistic.wrong(examples.signs[:, ~ends]))


def test_a_rule_and_the_end_of_a_stack_add_up() -> None:
    """At an empty end that a rule takes for wrong by 0.2 as well: 1 - (1 - 0.5) (1 - 0.2) = 0.6."""
    examples = with_empty_ends(some_examples(), 6)
    examples.by_rules[:] = 0.2
    found = judge_examples(replace(calibration_from(examples), end_rate=0.5), examples)
    assert found.wrong[examples.empty_end] == pytest.approx(0.6)


def test_every_slice_that_is_far_off_is_counted() -> None:
    examples = slices_with([90, 40, 80, 30, 50, 20], "aabbbc")
    wrong = np.array([0.3, 0.9, 0.1, 0.7, 0.6, 0.4])
    figures = figures_of(examples, Judgement(wrong, wrong > 0.65))
    assert figures["far_off_slices"] == 3
    assert figures["far_off_found"]["value"] == pytest.approx(2 / 3, abs=1e-4)


def test_many_patients_are_dealt_into_ten_parts_and_few_into_one_each() -> None:
    parts = _parts(some_examples(patients=12))
    assert [sorted({name[-2:] for name in some_examples(patients=12).patients[part]}) for part in parts] == [
        ["00", "10"],
        ["01", "11"],
        *([f"{number:02}"] for number in range(2, 10)),
    ]
    assert [int(part.sum()) for part in _parts(some_examples(patients=3))] == [SLICES_EACH] * 3


def test_figures_have_four_digits_and_no_more_than_can_be_told() -> None:
    assert plain_figure(Ratio(2 / 3, 6, (1 / 3, math.nan))) == {"value": 0.6667, "low": 0.3333, "high": None}
    assert plain_figure(Ratio(math.nan, 3, (math.nan, math.nan))) == {"value": None, "low": None, "high": None}
