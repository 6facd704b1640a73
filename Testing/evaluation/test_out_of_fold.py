"""In a cross-validation nobody is judged by a model that has learnt from it."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from LVSegULib.errors import UsageError
from LVSegULib.evaluation.out_of_fold import judges, predictor
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


@pytest.fixture
def segmented_by(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, object]]:
    """Model and engine of each cine that is segmented, of which nothing else happens."""
    asked: list[tuple[object, object]] = []

    def segment(_: object, model: object, engine: object) -> SimpleNamespace:
        asked.append((model, engine))
        return SimpleNamespace(labels=f"labels {len(asked)}")

    monkeypatch.setattr("LVSegULib.evaluation.out_of_fold.segment_cine", segment)
    return asked


def test_the_model_that_kept_a_patient_segments_it(segmented_by: list[tuple[object, object]]) -> None:
    cases: list[Any] = [SimpleNamespace(patient=patient) for patient in "ac"]
    models, engines = [a_fold(["a", "b"], ["c"]), a_fold(["b", "c"], ["a"])], ["first", "second"]
    predict = predictor(cases, models, cast(Any, engines))
    assert [predict(case, cast(Any, "cine")) for case in cases] == ["labels 1", "labels 2"]
    assert segmented_by == [(models[1], "second"), (models[0], "first")]


def test_one_model_alone_segments_everybody_whom_it_kept_or_not(segmented_by: list[tuple[object, object]]) -> None:
    cases: list[Any] = [SimpleNamespace(patient=patient) for patient in "xy"]
    predict = predictor(cases, [a_fold(["a"], ["b"])], cast(Any, ["only"]))
    for case in cases:
        predict(case, cast(Any, "cine"))
    assert [engine for _, engine in segmented_by] == ["only"] * 2
