"""Choose the patients to evaluate on from a split file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from LVSegULib.errors import UsageError
from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.training.split import split_of


def validation_cases(cases: Sequence[EvaluationCase], path: Path, fold: int | None = None) -> list[EvaluationCase]:
    """The cases of the patients that the split in `path` keeps for validation.

    Args:
        cases: all cases of the data set; names in the split that it does not have are passed over, so that one split
            serves several data sets.
        path: what `LVSegULib.training.split.split_of` reads.
        fold: which entry of a list, from 0.

    Raises:
        UsageError: not such a file, a patient on both sides, no such fold, or nobody of this data set in it.
    """
    patient_of = {case.name: case.patient for case in cases}
    kept = set(split_of(path, patient_of, fold).validation)
    chosen = [case for case in cases if case.patient in kept]
    if not chosen:
        raise UsageError(f"{path}: keeps none of this data set's {len(set(patient_of.values()))} patients")
    return chosen
