"""A calibration goes into model.json and comes back the same; what is not one is refused in one line."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from LVSegULib.errors import ModelError
from LVSegULib.quality.calibration import Calibration, calibration_of, wrong_by_all, wrong_by_rules
from LVSegULib.quality.logistic import Logistic
from LVSegULib.quality.rules import Rule
from LVSegULib.quality.signs import SIGNS


@pytest.fixture
def a_calibration() -> Calibration:
    numbers = np.arange(1.0, len(SIGNS) + 1)
    return Calibration(Logistic(numbers, numbers / 4, numbers / 8, -2.5), 0.875, {"patients": 12}, 0.25)


def test_what_is_written_is_read(a_calibration: Calibration) -> None:
    values = json.loads(json.dumps(a_calibration.to_json()))
    again = calibration_of(values, "here")
    assert again is not None
    assert again.to_json() == a_calibration.to_json()
    assert (again.threshold, again.figures, again.end_rate) == (0.875, {"patients": 12}, 0.25)


def test_one_that_says_nothing_of_the_ends_of_stacks_is_read(a_calibration: Calibration) -> None:
    values = a_calibration.to_json()
    del values["end_rate"]
    again = calibration_of(values, "here")
    assert again is not None
    assert again.end_rate == 0


def test_a_model_without_one_has_none() -> None:
    assert calibration_of({}, "here") is None


def test_a_sign_that_only_some_models_can_tell_may_be_missing(a_calibration: Calibration) -> None:
    values = a_calibration.to_json()
    del values["signs"]["bareness"]
    again = calibration_of(values, "here")
    assert again is not None
    assert again.to_json()["signs"]["bareness"]["weight"] == 0
    assert again.logistic.weights[1:5].tolist() == a_calibration.logistic.weights[1:5].tolist()


def without(values: dict[str, Any], *keys: str) -> None:
    for key in keys[:-1]:
        values = values[key]
    del values[keys[-1]]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda values: without(values, "threshold"), "lacks 'threshold'"),
        (lambda values: without(values, "signs", "doubt"), 'other signs than this version knows ("doubt")'),
        (lambda values: values["signs"].update(colour={}), 'other signs than this version knows ("colour")'),
        (lambda values: values["signs"].update(doubt={"mean": 1}), "lacks 'scale'"),
        (lambda values: values.update(good_dice=0.7), "another limit of a good slice, 0.7"),
        (lambda values: values.update(end_rate=1.5), "an end_rate of 1.5"),
        (lambda values: values.update(bias="much"), "has bias = 'much': expected a number"),
        (lambda values: values.update(bias=float("nan")), "has no number for bias"),
        (lambda values: values.update(threshold=10**400), "expected a number"),
        (lambda values: values.update(signs=3), "has signs = 3: expected a table"),
        (lambda values: values.update(signs=None), "has signs = None: expected a table"),
        (lambda values: values["signs"].update(doubt=3), "has doubt = 3: expected a table"),
        (lambda values: values["signs"]["doubt"].update(scale=0), "has signs that cannot be scaled"),
        (lambda values: values.update(figures=[]), "has figures = []: expected a table"),
    ],
)
def test_a_broken_one_says_what_is_wrong(a_calibration: Calibration, spoil: Any, message: str) -> None:
    values = a_calibration.to_json()
    spoil(values)
    with pytest.raises(ModelError) as raised:
        calibration_of(values, "models/x")
    assert message in str(raised.value)
    assert str(raised.value).startswith("models/x: its quality calibration")
    assert str(raised.value).endswith("run lvsegu calibrate on it again")


def test_either_the_signs_or_a_rule_can_be_right() -> None:
    """A chance of 1/2 by the signs (bias 0) and of 1/5 by the rules: 1 - 1/2 x 4/5. An empty slice has rules only."""
    nothing = np.zeros(len(SIGNS))
    logistic = Logistic(nothing, nothing + 1, nothing, 0.0)
    found, rules = np.array([True, False]), np.array([0.2, 0.2])
    assert wrong_by_all(logistic, np.zeros((len(SIGNS), 2)), found, rules) == pytest.approx([0.6, 0.2])


def test_rules_add_up() -> None:
    """1 - 1/2 x 3/4."""
    assert wrong_by_rules([Rule(np.array([[0.5]]), "a"), Rule(np.array([[0.25]]), "b")]) == pytest.approx(0.625)
