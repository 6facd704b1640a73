"""Choose the patients to evaluate on from a split file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from LVSegULib.errors import UsageError, reason
from LVSegULib.evaluation.cases import EvaluationCase


def validation_cases(cases: Sequence[EvaluationCase], path: Path, fold: int | None = None) -> list[EvaluationCase]:
    """The cases of the patients that the split in `path` keeps for validation.

    Args:
        cases: all cases of the data set; names in the split that it does not have are passed over, so that one split
            serves several data sets.
        path: JSON {"train": [patients], "validation": [patients]}, or nnU-Net's splits_final.json, a list of
            {"train": [cases], "val": [cases]} with one entry for each fold.
        fold: which entry of a list, from 0.

    Raises:
        UsageError: not such a file, a patient on both sides, no such fold, or nobody of this data set in it.
    """
    split = _one_fold(_read(path), path, fold)
    try:
        train, validation = set(split["train"]), set(split["validation"] if "validation" in split else split["val"])
    except (KeyError, TypeError) as error:
        raise UsageError(f'{path}: is no split {{"train": [...], "validation": [...]}}: {reason(error)}') from error
    patient_of = {case.name: case.patient for case in cases}
    trained_on = {patient_of.get(name, name) for name in train}
    kept = {patient_of.get(name, name) for name in validation}
    if both := sorted(trained_on & kept):
        raise UsageError(f"{path}: has {both[0]} on both sides: a patient is either trained on or evaluated on")
    chosen = [case for case in cases if case.patient in kept]
    if not chosen:
        raise UsageError(f"{path}: keeps none of this data set's {len(set(patient_of.values()))} patients")
    return chosen


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as a split: {error}") from error


def _one_fold(split: Any, path: Path, fold: int | None) -> Any:
    if not isinstance(split, list):
        if fold is not None:
            raise UsageError(f"{path}: holds one split, no folds: leave out --fold")
        return split
    if not split:
        raise UsageError(f"{path}: holds no fold: give another file")
    if fold is None or not 0 <= fold < len(split):
        given = "none was given" if fold is None else f"got {fold}"
        last = len(split) - 1
        folds = f"{len(split)} folds: pass --fold 0 to {last}" if last else "1 fold: pass --fold 0"
        raise UsageError(f"{path}: holds {folds}, {given}")
    return split[fold]
