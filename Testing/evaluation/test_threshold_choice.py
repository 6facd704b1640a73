"""The probability is chosen by the volumes of patients whom a fold's network kept back."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.errors import InputError, UsageError
from LVSegULib.evaluation.cases import EvaluationCase, Reference
from LVSegULib.evaluation.datasets import EvaluationSet
from LVSegULib.evaluation.threshold_choice import PROBABILITIES, Choice, Shifted, choose_threshold
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid


class Rings:
    """An engine that is surer the brighter a pixel is: a probability equals the brightness."""

    name, version, batch = "rings", "1", 8

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        p = np.clip(images, 1e-4, 1 - 1e-4)
        return np.log(p / (1 - p)).astype(np.float32)


def a_case(name: str, *, drawn: int = 15) -> EvaluationCase:
    """A disc of radius 15 px, brightness 1, in a ring up to 18 px of brightness 0.72; the expert drew up to `drawn`."""
    j, i = np.mgrid[:64, :64]
    r = np.hypot(j - 31.5, i - 31.5)
    image = np.where(r < 15, 1.0, np.where(r < 18, 0.72, 0.0)).astype(np.float32)
    labels = (r < drawn).astype(np.uint8)
    cine = Cine(np.repeat(image[None, None], 3, axis=1), np.diag([-1.5, -1.5, 8.0, 1.0]), name=name)
    reference = Reference(cine, np.repeat(labels[None, None], 3, axis=1), (0,))
    return EvaluationCase(name, name, lambda: reference)


MODEL = ModelSpec(
    "rings",
    UNetConfig.from_levels((1, 1)),
    (CAVITY,),
    Grid(1.5, 64, 64),
    training={"split": {"train": ["b"], "validation": ["a"]}},
)


def test_the_first_probability_that_leaves_the_ring_out_is_chosen() -> None:
    data = EvaluationSet("set", (CAVITY,), (a_case("a"), a_case("b")))
    choice = choose_threshold([data], [MODEL], [Rings()])
    assert choice.chosen == 0.75
    assert choice.patients == {"set": 1}, "the patient who was trained on does not judge"
    errors = dict(zip(PROBABILITIES, choice.errors["set"], strict=True))
    assert errors[0.5] == pytest.approx(100 * (18**2 / 15**2 - 1), rel=0.05)
    assert errors[0.75] == pytest.approx(0, abs=0.5)
    assert dict(zip(PROBABILITIES, choice.dice["set"], strict=True))[0.75] > 0.995


def test_every_data_set_counts_as_much_however_many_patients_it_has() -> None:
    """With the ring 44 % too much in one set and right in the other, without it right and 31 % too little.

    So the mean of the sets is 22 or -15 %, and that of all three patients would be 15 or -20 %.
    """
    judging = dataclasses.replace(MODEL, training={"split": {"train": [], "validation": ["a", "b", "c"]}})
    inner = EvaluationSet("inner", (CAVITY,), (a_case("a"),))
    outer = EvaluationSet("outer", (CAVITY,), (a_case("b", drawn=18), a_case("c", drawn=18)))
    choice = choose_threshold([inner, outer], [judging], [Rings()])
    assert choice.chosen == 0.75
    errors = {name: dict(zip(PROBABILITIES, found, strict=True)) for name, found in choice.errors.items()}
    assert errors["outer"][0.7] == pytest.approx(0, abs=0.5)
    assert errors["outer"][0.75] == pytest.approx(100 * (15**2 / 18**2 - 1), rel=0.05)
    assert errors["inner"][0.7] > 40


def test_the_threshold_of_a_fold_is_taken_back_before_others_are_tried() -> None:
    """Its logits are those of the network as it was trained, less the log-odds of 0.9: 9 to 1."""
    data = EvaluationSet("set", (CAVITY,), (a_case("a"),))
    cut = dataclasses.replace(MODEL, training=MODEL.training | {"thresholds": [0.9]})
    expected = choose_threshold([data], [MODEL], [Rings()])
    assert choose_threshold([data], [cut], [Shifted(Rings(), np.float32(math.log(9)))]) == expected


def test_a_case_without_cavity_is_refused_by_name() -> None:
    data = EvaluationSet("set", (CAVITY,), (a_case("a", drawn=0),))
    with pytest.raises(InputError, match="a: has no cavity"):
        choose_threshold([data], [MODEL], [Rings()])


def test_nobody_kept_back_is_a_usage_error() -> None:
    spec = dataclasses.replace(MODEL, training={"split": {"train": ["a"], "validation": []}})
    with pytest.raises(UsageError, match="none of the models"):
        choose_threshold([EvaluationSet("set", (CAVITY,), (a_case("a"),))], [spec], [Rings()])


def test_data_sets_of_one_name_are_told_apart_by_their_paths() -> None:
    folders = [Path(path) for path in ("/lab/new/D9", "/lab/old/D9", "/home/old/D9", "/lab/D8")]
    data = [EvaluationSet(path.name, (CAVITY,), (a_case("a"),), path) for path in folders]
    choice = choose_threshold(data, [MODEL], [Rings()])
    assert list(choice.patients) == ["new/D9", "lab/old/D9", "home/old/D9", "D8"]
    assert list(choice.errors) == list(choice.dice) == list(choice.patients)


def test_a_data_set_that_is_given_twice_counts_once() -> None:
    data = EvaluationSet("D9", (CAVITY,), (a_case("a"),), Path("/lab/D9"))
    assert choose_threshold([data, data], [MODEL], [Rings()]).patients == {"D9": 1}


def test_the_stacks_of_a_patient_count_together_and_all_cases_are_told_of() -> None:
    """Without the ring 15^2 are found in both of his stacks, of 15^2 and 18^2; the one who was trained on is passed."""
    stacks = a_case("a"), dataclasses.replace(a_case("a2", drawn=18), patient="a")
    told: list[float] = []
    data = [EvaluationSet("one", (CAVITY,), (*stacks, a_case("b"))), EvaluationSet("two", (CAVITY,), (a_case("a"),))]
    choice = choose_threshold(data, [MODEL], [Rings()], told.append)
    assert told == [0.25, 0.5, 0.75, 1]
    assert choice.patients == {"one": 1, "two": 1}
    errors = dict(zip(PROBABILITIES, choice.errors["one"], strict=True))
    assert errors[0.8] == pytest.approx(100 * (2 * 15**2 / (15**2 + 18**2) - 1), rel=0.05)
    dice = dict(zip(PROBABILITIES, choice.dice["one"], strict=True))
    assert dice[0.8] == pytest.approx(2 * 2 * 15**2 / (2 * 15**2 + 15**2 + 18**2), rel=0.01)


@pytest.mark.parametrize(
    ("drawn", "chosen", "left"),
    [
        (15, 0.75, 0.0),
        (11, 0.75, 100 * (15**2 / 11**2 - 1)),  # even without the ring it is too large
        (22, 0.5, 100 * (18**2 / 22**2 - 1)),  # even with the ring it is too small
    ],
)
def test_what_is_left_at_the_best_of_the_probabilities_is_told(drawn: int, chosen: float, left: float) -> None:
    choice = choose_threshold([EvaluationSet("set", (CAVITY,), (a_case("a", drawn=drawn),))], [MODEL], [Rings()])
    assert choice.chosen == chosen
    assert choice.left == pytest.approx(left, rel=0.05, abs=0.5)


def test_where_nothing_is_drawn_all_of_the_volume_is_missing() -> None:
    """The disc has a probability of 0.57: it is drawn up to 0.55, 25 times too large, and from 0.6 on it is not."""
    unsure = Shifted(Rings(), np.float32(math.log(9999) - math.log(57 / 43)))
    choice = choose_threshold([EvaluationSet("set", (CAVITY,), (a_case("a", drawn=3),))], [MODEL], [unsure])
    assert choice.errors["set"][1] > 1000
    assert (choice.chosen, choice.left) == (0.6, -100.0)


@pytest.mark.parametrize(("errors", "left"), [((30.0, 20.0), 25.0), ((-2.0, -8.0), -5.0), ((-100.0, -100.0), -100.0)])
@pytest.mark.parametrize("chosen", [0.5, 0.6, 0.9])
def test_the_left_error_is_a_mean_over_data_sets(errors: tuple[float, float], left: float, chosen: float) -> None:
    by_set = {str(number): (error,) * len(PROBABILITIES) for number, error in enumerate(errors)}
    assert Choice(chosen, by_set, by_set, dict.fromkeys(by_set, 1)).left == left


def test_the_last_part_of_a_path_is_enough_where_it_tells_data_sets_apart() -> None:
    folders = [Path(path) for path in ("/lab/one", "/lab/two")]
    data = [EvaluationSet("hearts", (CAVITY,), (a_case("a"),), path) for path in folders]
    assert list(choose_threshold(data, [MODEL], [Rings()]).patients) == ["one", "two"]
