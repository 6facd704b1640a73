"""Who is trained on and who validates: always whole patients."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from LVSegULib.errors import UsageError, reason


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


def read_split(path: Path, patients: Sequence[str]) -> Split:
    """A split from a JSON file {"train": [...], "validation": [...]}, checked against the patients there are.

    Raises:
        UsageError: the file is not such a file, a name is unknown, or a patient is on both sides.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8-sig"))
        split = Split(tuple(map(str, values["train"])), tuple(map(str, values["validation"])))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f'{path} is not a split {{"train": [...], "validation": [...]}}: {reason(error)}') from error
    unknown = sorted(set(split.train + split.validation) - set(patients))
    both = sorted(set(split.train) & set(split.validation))
    if unknown or both:
        what = f"names {unknown[0]}, which is not in the data" if unknown else f"has {both[0]} on both sides"
        raise UsageError(f"the split {path} {what}")
    return split
