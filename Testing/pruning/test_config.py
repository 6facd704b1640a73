"""A configuration that makes no sense is refused in one line."""

from __future__ import annotations

import math
from typing import Any

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.pruning.config import PruningConfig


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"tolerance": -0.1}, "tolerance is a fall in Dice between 0 and 1"),
        ({"tolerance": 1.5}, "tolerance is a fall in Dice between 0 and 1"),
        ({"target_parameters": -1}, "target cannot be negative"),
        ({"target_parameters": 10, "target_speed": 2.0}, "one target, a size or a speed"),
        ({"target_multiply_adds": 10.0, "target_speed": 2.0}, "one target, a size or a speed"),
        ({"target_multiply_adds": -1.0}, "target cannot be negative"),
        ({"slices": 0}, "slices must be at least 1"),
        ({"refit_slices": -1}, "refit_slices must be at least 0, got -1"),
        ({"threads": -2}, "threads must be at least 0, got -2"),
        ({"step": 0.0}, "step must lie between 0 and 1, got 0"),
        ({"ridge": 0.0}, "ridge must be above 0, got 0"),
        ({"ridge": math.nan}, "ridge must be a number, got nan"),
    ],
)
def test_impossible_settings(values: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        PruningConfig(**values)


def test_a_tolerance_of_zero_is_possible() -> None:
    assert PruningConfig(tolerance=0.0).tolerance == 0.0


@pytest.mark.parametrize(
    "values",
    [
        {"tolerance": 1.0},
        {"slices": 1},
        {"refit_slices": 0},
        {"threads": 0},
        {"step": 0.99},
        {"target_parameters": 10, "target_multiply_adds": 10.0},
    ],
)
def test_possible_settings(values: dict[str, Any]) -> None:
    config = PruningConfig(**values)
    assert {name: getattr(config, name) for name in values} == values


def test_a_step_of_everything_is_refused() -> None:
    with pytest.raises(UsageError, match="step must lie between 0 and 1, got 1"):
        PruningConfig(step=1.0)


@pytest.mark.parametrize("name", ["target_parameters", "target_multiply_adds", "target_speed"])
def test_each_target_is_one_and_without_any_there_is_none(name: str) -> None:
    assert PruningConfig(**{name: 2}).has_target
    assert not PruningConfig().has_target
