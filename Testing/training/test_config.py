"""What a configuration says of itself before anything is trained."""

from __future__ import annotations

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.training.config import TrainingConfig


def test_weights_of_a_recipe_may_come_before_its_data_sets() -> None:
    assert TrainingConfig(weights=(2.0, 1.0)).weights == (2.0, 1.0)
    with pytest.raises(UsageError, match="one for each of the 1 data sets"):
        TrainingConfig(data=("a",), weights=(2.0, 1.0))
    with pytest.raises(UsageError, match="weights must be positive"):
        TrainingConfig(weights=(2.0, 0.0))


def test_data_sets_apart_get_outputs_of_their_own_in_training_only() -> None:
    config = TrainingConfig(data=("sets/a", "sets/b"), labels=("LV", "MYO"), apart=("b",))
    assert config.trained_network.output_channels == 4
    assert config.network.output_channels == 2
    assert TrainingConfig(labels=("LV", "MYO")).trained_network.output_channels == 2


def test_data_sets_apart_are_some_of_those_learnt_from() -> None:
    assert TrainingConfig(apart=("b",)).apart == ("b",)  # a recipe's data sets are named when it is used
    with pytest.raises(UsageError, match="apart names c, but the data sets are a, b"):
        TrainingConfig(data=("sets/a", "sets/b"), apart=("b", "c"))
    with pytest.raises(UsageError, match="apart names every data set"):
        TrainingConfig(data=("sets/a", "sets/b"), apart=("b", "a"))
