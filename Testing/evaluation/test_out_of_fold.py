"""In a cross-validation nobody is judged by a model that has learnt from it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.evaluation.out_of_fold import judges
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid


def a_fold(train: list[str], validation: list[str], teacher: Sequence[str] = ()) -> ModelSpec:
    training = {
        "split": {"train": train, "validation": validation},
        "drawn_by": {"A": {"name": "teacher", "trained_on": list(teacher)}},
    }
    return ModelSpec("fold", UNetConfig.from_levels((2, 2)), (CAVITY,), Grid(1.5, 32, 32), training=training)


def test_each_patient_goes_to_the_model_that_kept_it() -> None:
    models = [a_fold(["a", "b"], ["c"]), a_fold(["b", "c"], ["a"])]
    assert judges(["a", "b", "c", "stranger"], models) == {"c": 0, "a": 1}


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ([a_fold(["a"], ["b"]), a_fold(["c"], ["b"])], "two of the models kept b"),
        ([a_fold(["a", "b"], ["b"])], "kept b back, and yet it, its start or a teacher was trained on"),
        ([a_fold(["a"], ["b"], teacher=["b", "z"])], "kept b back, and yet"),
        ([a_fold(["a"], ["x"])], "none of the models kept a patient"),
    ],
)
def test_splits_that_do_not_fit_are_refused(models: list[ModelSpec], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        judges(["a", "b", "c"], models)
