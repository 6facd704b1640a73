"""From the configuration and the cases there are to who is learnt from and who is kept back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from LVSegULib.errors import UsageError
from LVSegULib.reading.labelled import LabelledCase
from LVSegULib.same import check_known
from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.split import Split, check_same, fold_split, read_split, some_of


def deal(config: TrainingConfig, cases: Sequence[LabelledCase]) -> Split:
    """Who is learnt from and who is kept back, by the configuration.

    Raises:
        UsageError: the split file or the names that one patient has do not fit the data, or nobody is left to learn
            from.
    """
    same, patients = config.same_patients, [case.patient for case in cases]
    check_known(same, patients)
    if config.split:
        patient_of = {case.name: case.patient for case in cases} | {name: name for name in patients}
        split = read_split(Path(config.split), patient_of, config.fold)
    else:
        split = fold_split(patients, config.folds, config.fold, same)
    check_same(split, same)
    if config.patients:
        split = replace(split, train=some_of(split.train, config.patients, config.seed))
    if not split.train:
        raise UsageError(
            f"of {len(set(patients))} patients none is left to learn from: give more data, or --fold -1 to validate on "
            "none"
        )
    return split


def check_dealt(config: TrainingConfig, split: Split, patients: Collection[str]) -> None:
    """Refuse a fold that keeps nobody back, which would train without validation.

    Raises:
        UsageError: it does.
    """
    if config.fold >= 0 and not config.split and not split.validation:
        raise UsageError(
            f"fold {config.fold} keeps nobody back: {len(patients)} patients cannot be dealt into {config.folds} "
            "folds: give more, or fewer --folds"
        )
