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
