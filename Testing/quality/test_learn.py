"""A calibration is learnt from patients and judged by others; what cannot be learnt from is refused."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.errors import InputError
from LVSegULib.quality.examples import Examples
from LVSegULib.quality.learn import MOST_ALARMS, cross_validated, figures_of, judge_examples, learn
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
        (some_examples(share=1.0), "a Dice of 0.8 or more is nowhere"),
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
