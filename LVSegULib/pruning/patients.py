"""Who is calibrated on and who is judged on: always whole patients, and never the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from LVSegULib.errors import InputError, UsageError
from LVSegULib.training.split import Split, read_split

JUDGED = 3
"""Where a model kept nobody back, every so manieth patient is judged on."""


def deal(
    patients: Sequence[str],
    split_file: str,
    trained: dict[str, Any],
    learnt_from: Collection[str] = (),
    *,
    patient_of: Mapping[str, str] | None = None,
) -> Split:
    """Patients to calibrate on (`train`) and to judge on (`validation`).

    Whom the model kept back in training is judged on, for there the network has nothing learnt by heart to lose, and
    the others are calibrated on. If it kept nobody back, or none of the data's patients was trained on, every third
    patient is judged on. Whom the model's start or a teacher learnt from does not count as kept back.

    Args:
        patients: those of the data.
        split_file: a file that says it; empty if there is none.
        trained: the model's own split, {"train": [...], "validation": [...]}; may be empty.
        learnt_from: the patients that the model knows in any way, see `ModelSpec.trained_on`.
        patient_of: whose each case is, by the case's name, for a file that names cases.

    Raises:
        UsageError: the file is no split, or leaves nobody on one side.
        InputError: there are fewer than two patients.
    """
    ordered = sorted(set(patients))
    if len(ordered) < 2:
        raise InputError(f"one patient to calibrate on and another to judge on are needed, got {len(ordered)}")
    if split_file:
        split = read_split(Path(split_file), {**(patient_of or {}), **{name: name for name in ordered}})
        if not split.train or not split.validation:
            raise UsageError(f"the split {split_file} needs patients on both sides")
        return split
    kept = sorted(_kept_back(ordered, trained) - set(learnt_from))
    if not kept or len(kept) == len(ordered):
        kept = ordered[JUDGED - 1 :: JUDGED] or ordered[-1:]
    return Split(tuple(name for name in ordered if name not in kept), tuple(kept))


def remark_on_kept(patients: Sequence[str], trained: dict[str, Any], learnt_from: Collection[str]) -> str:
    """One line on those of `patients` whom training kept back, but who do not count as such; empty if there are none.

    Args:
        patients: those of the data.
        trained: as in `deal`.
        learnt_from: as in `deal`.
    """
    kept = _kept_back(patients, trained)
    known = kept & set(learnt_from)
    if not known:
        return ""
    instead = "; others are judged on instead" if known == kept else ""
    return (
        f"of {len(kept)} patients kept back in training {len(known)} do not count: the model that it was started from, "
        f"or one that drew its labels, learnt from them{instead}"
    )


def _kept_back(patients: Sequence[str], trained: dict[str, Any]) -> set[str]:
    return set(patients) & set(trained.get("validation", ()))
