"""Who is trained on and who validates: always whole patients."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from LVSegULib.errors import UsageError, reason
from LVSegULib.json_text import read_json

SPLIT = "split.json"
"""The file of a run that says who is learnt from and who is kept back."""

MOST_NAMED = 3
"""Patients that a message names; of further ones it gives the number."""


@dataclass(frozen=True)
class Split:
    """Patient names for training and for validation; nobody is in both."""

    train: tuple[str, ...]
    validation: tuple[str, ...]

    def to_json(self) -> dict[str, list[str]]:
        """Plain lists for a JSON file that `read_split` reads."""
        return {"train": list(self.train), "validation": list(self.validation)}


def fold_split(patients: Sequence[str], folds: int, fold: int, same: Sequence[Sequence[str]] = ()) -> Split:
    """Deal the sorted patients out in turn, so that groups with a common prefix spread evenly.

    Args:
        patients: their names, in any order and as often as one likes.
        folds: how many folds there are.
        fold: the one that is kept back; -1 keeps nobody back.
        same: groups of names that one patient has; each goes where its first name is dealt to.
    """
    ordered = sorted(set(patients))
    fold_of = {name: index % folds for index, name in enumerate(ordered)}
    for first, *others in same:
        fold_of |= dict.fromkeys(others, fold_of[first])
    kept = tuple(name for name in ordered if fold >= 0 and fold_of[name] == fold)
    return Split(tuple(name for name in ordered if fold < 0 or fold_of[name] != fold), kept)


def check_same(split: Split, same: Sequence[Sequence[str]]) -> None:
    """Raise a UsageError if the names of one patient are on both sides of `split`."""
    for names in same:
        learnt, kept = (sorted(set(names) & set(side)) for side in (split.train, split.validation))
        if learnt and kept:
            raise UsageError(f"{kept[0]}, who is kept back, is {learnt[0]}, who is learnt from: give both to one side")


def some_of(patients: Sequence[str], count: int, seed: int) -> tuple[str, ...]:
    """`count` of the patients, the same ones for the same seed; fewer are among more."""
    ordered = sorted(patients)
    random.Random(seed).shuffle(ordered)
    return tuple(sorted(ordered[:count]))


def some_names(names: Sequence[str]) -> str:
    """The first of `names`, and how many more there are, for people."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def read_split(path: Path, patient_of: Mapping[str, str], fold: int | None = None) -> Split:
    """The split in a file, checked against the patients there are.

    Args:
        path: what `split_of` reads.
        patient_of: whose each case is, by the case's name.
        fold: which entry of a list; None: a list is refused.

    Raises:
        UsageError: the file is not such a file, a name is unknown, or a patient is on both sides.
    """
    values = _read(path)
    if fold is None and isinstance(values, list):
        raise UsageError(f"{path}: holds a list of folds: give a file of one split")
    split = _split_of(values if fold is None else _one_fold(values, path, fold), path, patient_of)
    if unknown := sorted(set(split.train + split.validation) - set(patient_of.values())):
        raise UsageError(
            f"{path}: names {unknown[0]}, which is not in the data: correct the split, or add the data set"
        )
    return split


def split_of(path: Path, patient_of: Mapping[str, str], fold: int | None = None) -> Split:
    """The split in a file; names that `patient_of` does not have are taken for those of other patients.

    Args:
        path: JSON {"train": [...], "validation": [...]}, or nnU-Net's splits_final.json, a list of {"train": [...],
            "val": [...]} with one entry for each fold. Names are of patients, or of cases, which stand for theirs.
        patient_of: whose each case is, by the case's name.
        fold: which entry of a list, from 0.

    Raises:
        UsageError: not such a file, a patient on both sides, or no such fold.
    """
    values = _read(path)
    if fold is not None and not isinstance(values, list):
        raise UsageError(f"{path}: holds one split, no folds: leave out --fold")
    return _split_of(_one_fold(values, path, fold), path, patient_of)


def _split_of(values: Any, path: Path, patient_of: Mapping[str, str]) -> Split:
    patients = set(patient_of.values())

    def of(side: str) -> tuple[str, ...]:
        if not isinstance(values[side], list):
            raise TypeError
        names = map(str, values[side])
        return tuple(dict.fromkeys(name if name in patients else patient_of.get(name, name) for name in names))

    try:
        kept = next((side for side in ("validation", "val") if side in values), "validation")
        split = Split(of("train"), of(kept))
    except (KeyError, TypeError) as error:
        raise UsageError(f'{path}: is no split {{"train": [...], "validation": [...]}}: {reason(error)}') from error
    if both := sorted(set(split.train) & set(split.validation)):
        raise UsageError(f"{path}: has {both[0]} on both sides: a patient is either learnt from or kept back")
    return split


def _read(path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as a split: {reason(error)}") from error


def _one_fold(values: Any, path: Path, fold: int | None) -> Any:
    if not isinstance(values, list):
        return values
    if not values:
        raise UsageError(f"{path}: holds no fold: give another file")
    if fold is None or not 0 <= fold < len(values):
        given = "none was given" if fold is None else f"got {fold}"
        last = len(values) - 1
        folds = f"{len(values)} folds: pass --fold 0 to {last}" if last else "1 fold: pass --fold 0"
        raise UsageError(f"{path}: holds {folds}, {given}")
    return values[fold]
