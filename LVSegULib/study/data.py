"""The data sets of a study: where they lie on this machine, whose hearts are in them, and who is dealt where."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from LVSegULib.counted_files import counted_files
from LVSegULib.errors import InputError, UsageError
from LVSegULib.reading.labelled import open_labelled
from LVSegULib.same import check_known
from LVSegULib.study.config import StudyConfig, Variant
from LVSegULib.training.data import find_cases
from LVSegULib.training.split import Split, fold_split


@dataclass(frozen=True)
class StudyData:
    """The data sets of a study.

    Attributes:
        places: the folder of each data set on this machine, by name.
        patients: the patients of each, sorted.
        fingerprints: of the names and sizes of each one's files (`counted_files`), so that results are not taken for
            those of other data.
    """

    places: dict[str, Path]
    patients: dict[str, tuple[str, ...]]
    fingerprints: dict[str, str]

    @property
    def shared(self) -> dict[str, tuple[str, ...]]:
        """The data sets of each patient who is in several; such a patient is one patient."""
        everyone = sorted({patient for own in self.patients.values() for patient in own})
        sets = {one: tuple(name for name, own in self.patients.items() if one in own) for one in everyone}
        return {patient: names for patient, names in sets.items() if len(names) > 1}


def open_data(study: StudyConfig, folders: Sequence[Path]) -> StudyData:
    """Find the study's data sets among `folders`; no image is read.

    Raises:
        UsageError: a data set of the study is not among the folders, or two of them have its name; `same` names nobody
            of theirs.
        InputError: a folder is no data set, or has none of the labels that are learnt; or a judged one lacks the first.
    """
    places: dict[str, Path] = {}
    for folder in folders:
        name = folder.absolute().name
        if name in places:
            raise UsageError(f"two folders are called {name}: give --data for one of them")
        places[name] = folder.absolute()
    for name in study.data_names:
        if name not in places:
            raise UsageError(f"the study needs the data set {name}: give --data DIR/{name}")
    needed = {name: places[name] for name in study.data_names}
    labels = study.training(study.variant(study.reference)).labels
    wanted = {name: labels[:1] if name in study.judged else labels for name in needed}
    patients = {name: _patients(place, wanted[name]) for name, place in needed.items()}
    check_known(study.same_patients, chain.from_iterable(patients.values()))
    return StudyData(needed, patients, {name: _fingerprint(place) for name, place in needed.items()})


def split_of(study: StudyConfig, variant: Variant, data: StudyData, fold: int) -> Split:
    """Who is learnt from and who is judged: the patients of the judged data sets are dealt, the rest is learnt from.

    Raises:
        InputError: there are too few patients.
    """
    judged = sorted({patient for name in study.judged for patient in data.patients[name]})
    if len(judged) == 1:
        raise InputError(f"there is one patient only ({judged[0]}): one to learn from and one to judge on are needed")
    if len(judged) < study.folds:
        raise InputError(f"{len(judged)} patients cannot be dealt into {study.folds} folds: give more, or fewer folds")
    kept = fold_split(judged, study.folds, fold, _names_among(judged, study)).validation
    not_learnt = set(kept).union(*(names for names in study.same_patients if set(names) & set(kept)))
    names, own = study.data_of(variant), {one for name in study.judged_of(variant) for one in data.patients[name]}
    learnt = sorted({patient for name in names for patient in data.patients[name]} - not_learnt)
    if not learnt:
        raise InputError(f"fold {fold} keeps back every patient of {', '.join(names)}: nobody is left to learn from")
    if not own & set(kept):
        raise InputError(f"fold {fold} keeps back no patient of {', '.join(study.judged_of(variant))}: none to judge")
    return Split(tuple(learnt), tuple(patient for patient in kept if patient in own))


def _names_among(judged: Sequence[str], study: StudyConfig) -> list[list[str]]:
    """Of each patient who has several names, those that are dealt into folds."""
    among = set(judged)
    dealt = ([name for name in names if name in among] for names in study.same_patients)
    return [names for names in dealt if names]


def check_labels(study: StudyConfig, variant: Variant, data: StudyData) -> None:
    """See that the data sets that the variant learns from have its labels between them.

    Raises:
        InputError: one of the labels is in none of them, or one of the data sets has none of the labels.
    """
    find_cases([str(data.places[name]) for name in study.data_of(variant)], study.training(variant).labels)


def _patients(place: Path, labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({case.patient for case in open_labelled(place, labels)}))


def _fingerprint(place: Path) -> str:
    lines = sorted(f"{path.relative_to(place).as_posix()} {path.stat().st_size}" for path in counted_files(place))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
