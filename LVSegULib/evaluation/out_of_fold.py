"""Cross-validation: every patient is judged by the one model that did not learn from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine
from LVSegULib.errors import UsageError
from LVSegULib.evaluation.cases import EvaluationCase, Predictor
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.segmentation.segment import segment_cine


def judges(patients: Sequence[str], models: Sequence[ModelSpec]) -> dict[str, int]:
    """For each patient, the position of the model that kept it for validation; patients without one are left out.

    Args:
        patients: the patients of a data set.
        models: models of the folds of one cross-validation, with their splits.

    Raises:
        UsageError: two models kept the same patient, a model was trained on a patient that it kept, or none of the
            models kept any of `patients`.
    """
    found: dict[str, int] = {}
    for position, model in enumerate(models):
        kept = set(model.training.get("split", {}).get("validation", ())) & set(patients)
        if both := sorted(kept & model.trained_on):
            raise UsageError(
                f"{model.name}: kept {both[0]} back, and yet it, its start or a teacher was trained on this patient: "
                "judge it on others"
            )
        if twice := sorted(kept & found.keys()):
            raise UsageError(f"two of the models kept {twice[0]} for validation: give one model of each fold")
        found |= dict.fromkeys(kept, position)
    if not found:
        raise UsageError("none of the models kept a patient of this data set for validation")
    return found


def check_alike(model: ModelSpec, fold: ModelSpec) -> None:
    """Refuse a fold of another recipe than `model`: what is learnt with the one is used with the other.

    Raises:
        UsageError: it does not segment the cavity, or has other labels or another grid.
    """
    if CAVITY.value not in fold.label_values:
        raise UsageError(f"{fold.name} does not segment {CAVITY.key}: give a model that does")
    if fold.label_values != model.label_values:
        theirs, ours = (", ".join(label.key for label in spec.labels) for spec in (fold, model))
        raise UsageError(f"{fold.name} segments {theirs}, and {model.name} {ours}: give folds of the same recipe")
    if fold.grid != model.grid:
        raise UsageError(f"{fold.name} and {model.name} see images on different grids: give folds of the same recipe")


def predictor(cases: Sequence[EvaluationCase], models: Sequence[ModelSpec], engines: Sequence[Engine]) -> Predictor:
    """Segments a case with the one model that there is, or of several with the one that kept its patient back.

    Args:
        cases: what will be segmented.
        models: one model, or those of the folds of a cross-validation.
        engines: what runs each of them.
    """
    chosen = judges([case.patient for case in cases], models) if len(models) > 1 else {}

    def predict(case: EvaluationCase, cine: Cine) -> NDArray[np.uint8]:
        position = chosen.get(case.patient, 0)
        return segment_cine(cine, models[position], engines[position]).labels

    return predict
