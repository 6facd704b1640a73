"""What a configuration says of itself before anything is trained."""

from __future__ import annotations

import math
from typing import Any

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.training.config import TrainingConfig, config_from_values, each_once


def test_weights_of_a_recipe_may_come_before_its_data_sets() -> None:
    assert TrainingConfig(weights=(2.0, 1.0)).weights == (2.0, 1.0)
    with pytest.raises(UsageError, match="one for each of the 1 data sets"):
        TrainingConfig(data=("a",), weights=(2.0, 1.0))
    with pytest.raises(UsageError, match="weights must lie between 1e-06 and 1000000, got 0"):
        TrainingConfig(weights=(2.0, 0.0))


def test_data_sets_apart_get_outputs_of_their_own_in_training_only() -> None:
    config = TrainingConfig(data=("sets/a", "sets/b"), labels=("LV", "MYO"), apart=("b",))
    assert config.trained_network.output_channels == 4
    assert config.network.output_channels == 2
    assert TrainingConfig(labels=("LV", "MYO")).trained_network.output_channels == 2


def test_a_label_is_learnt_once() -> None:
    with pytest.raises(UsageError, match="labels has LV twice: give each label once"):
        TrainingConfig(labels=("LV", "MYO", "LV"))


@pytest.mark.parametrize("wrong", ["", " ", "hearts/mice"])
def test_a_name_is_one_that_a_folder_can_have(wrong: str) -> None:
    with pytest.raises(UsageError, match=f'^name must not be empty or hold a "/", got "{wrong.strip()}"$'):
        TrainingConfig(name=wrong)


def test_with_a_split_file_the_fold_is_one_of_its_own_list() -> None:
    assert TrainingConfig(split="splits_final.json", fold=4).fold == 4
    with pytest.raises(UsageError, match="fold must lie between -1 and 3 with 4 folds, got 4"):
        TrainingConfig(fold=4)


def test_of_a_data_set_given_twice_the_larger_weight_counts() -> None:
    assert each_once(("a", "b", "c/../a"), (1.0, 2.0, 3.0)) == (("a", "b"), (3.0, 2.0))
    assert each_once(("b", "a", "b"), ()) == (("b", "a"), ())
    with pytest.raises(ValueError, match="weights are not one for each data set"):
        each_once(("a", "b"), (1.0,))


@pytest.mark.parametrize("wrong", ["ann", "ann=", "=anne", "ann==anne", ""])
def test_the_names_of_one_patient_are_two_or_more(wrong: str) -> None:
    with pytest.raises(UsageError, match="give the names of one patient as A=B"):
        TrainingConfig(same=(wrong,))
    assert TrainingConfig(same=("ann=anne=anna",)).same_patients == [["ann", "anne", "anna"]]
    told_in_pairs = TrainingConfig(same=("anne=anna", "bob=rob", "ann=anne"))
    assert told_in_pairs.same_patients == [["bob", "rob"], ["anne", "anna", "ann"]]


def test_data_sets_apart_are_some_of_those_learnt_from() -> None:
    assert TrainingConfig(apart=("b",)).apart == ("b",)  # a recipe's data sets are named when it is used
    with pytest.raises(UsageError, match="apart names c, but the data sets are a, b"):
        TrainingConfig(data=("sets/a", "sets/b"), apart=("b", "c"))
    with pytest.raises(UsageError, match="apart names every data set"):
        TrainingConfig(data=("sets/a", "sets/b"), apart=("b", "a"))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"threads": -1}, "threads must be at least 0, got -1"),
        ({"weight_decay": -1.0}, "weight_decay must be at least 0, got -1"),
        ({"warmup_steps": -5}, "warmup_steps must be at least 0, got -5"),
        ({"patients": -1}, "patients must be at least 0, got -1"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"spacing_mm": 1000.0}, "spacing_mm must lie between 0.01 and 100, got 1000"),
        ({"weights": (1.0, 1e308)}, "weights must lie between 1e-06 and 1000000, got 1e\\+308"),
        ({"seed": 2**40}, "seed must lie between -4294967296 and 4294967296, got 1099511627776"),
        ({"learning_rate": 0.0}, "learning_rate must be positive, got 0"),
        ({"size": 32, "crop": 144}, "crop must be at most 4 times size, 128, got 144"),
    ],
)
def test_a_number_out_of_range_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        TrainingConfig(**settings)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "name",
    [
        *("weights", "spacing_mm", "learning_rate", "weight_decay", "augmentation.rotation_degrees"),
        *("augmentation.scale", "augmentation.noise", "augmentation.low_resolution"),
    ],
)
def test_what_is_no_number_is_refused(name: str, value: float) -> None:
    table, _, setting = name.rpartition(".")
    given = {setting: [1.0, value] if name == "weights" else value}
    with pytest.raises(UsageError, match=rf"{setting} .*(must|is)"):
        config_from_values({table: given} if table else given)


def test_an_ordinary_run_may_have_any_seed_and_none_of_these_limits() -> None:
    config = TrainingConfig(seed=-3, weight_decay=0.0, warmup_steps=0, threads=0, weights=(0.001, 1000.0))
    assert config.seed == -3
