"""Training slices: every case read once, prepared like any input, and kept in memory as small integers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from LVSegULib.errors import InputError
from LVSegULib.labels import BY_KEY
from LVSegULib.preparation.grid import Grid
from LVSegULib.progress import silent
from LVSegULib.reading.labelled import LabelledCase, open_labelled
from LVSegULib.training.cache import SliceCache
from LVSegULib.training.patient import LEVELS, Patient, Prepared

DataSets = Mapping[str, Sequence[LabelledCase]]
"""The labelled cases of each data set, by its folder."""

MARGIN = 1.5
"""Slices that are varied are kept this much larger than the crop, so that rotation and shift have what to bring in."""


@dataclass(frozen=True)
class Slices:
    """Prepared slices of some patients.

    Attributes:
        images: (N, 1, H, W), uint8; 255 stands for intensity 1.
        targets: (N, C, H, W), uint8; 255 stands for a pixel that the label covers wholly.
        patients: the patient's index of each slice (N,).
        names: the patients' names.
        known: which labels the source of each slice knows (N, C), bool.
        weights: how often each patient is drawn (P,), relative to the others; empty where all are drawn alike.
        apart: which patients are learnt in outputs of their own (P,); empty where none is.
        scales: how many times as large as the grid's the pixels are that each patient is seen through (P,), see
            `LVSegULib.training.heart_grid`; empty where all are seen through the grid's. Who is in several data sets
            has the scale of one in which it is not 1.
        marks: by which each image is known again (N, MARK_BYTES), see `LVSegULib.training.patient`.
    """

    images: Tensor
    targets: Tensor
    patients: Tensor
    names: tuple[str, ...]
    known: Tensor
    weights: tuple[float, ...] = ()
    apart: tuple[bool, ...] = ()
    scales: tuple[float, ...] = ()
    marks: Tensor | None = None

    def __len__(self) -> int:
        return int(self.images.shape[0])

    def batch(self, chosen: Tensor, device: torch.device) -> tuple[Tensor, Tensor]:
        """Images and targets of the slices `chosen`, float32 in 0..1 on `device`."""
        images, targets = self.images[chosen], self.targets[chosen]
        return images.to(device).float() / LEVELS, targets.to(device).float() / LEVELS

    def are_apart(self, chosen: Tensor) -> Tensor:
        """Which of the slices `chosen` are learnt in outputs of their own (N,), bool."""
        return torch.tensor(self.apart or [False] * len(self.names))[self.patients[chosen]]

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Indices of `count` random slices: first a patient, by its weight, then any of its slices."""
        chances = torch.tensor(self.weights or [1.0] * len(self.names))
        patient = torch.multinomial(chances, count, replacement=True, generator=generator)
        place = torch.rand(count, generator=generator)
        sizes = torch.bincount(self.patients, minlength=len(self.names))
        starts = torch.cumsum(sizes, 0) - sizes
        return starts[patient] + (place * sizes[patient]).long()


def load_slices(
    cases: Iterable[LabelledCase],
    label_values: tuple[int, ...],
    grid: Grid,
    progress: Callable[[str], None] = silent,
    cache: SliceCache | None = None,
    size: tuple[int, int] | None = None,
) -> Slices:
    """Read and prepare `cases`; slices are ordered by patient.

    Args:
        cases: what to read.
        label_values: the labels to learn, in the order of the network's output channels.
        grid: the network's grid.
        progress: told the name of each case.
        cache: where prepared slices are kept and looked for; None prepares them anew.
        size: rows and columns that are kept around the grid's centre, if not the grid's own.

    Raises:
        InputError: there is no case, or one of them cannot be read.
    """
    groups = _grouped(cases)
    ordered = [case for own in groups for case in own]
    if not ordered:
        raise InputError("there is no labelled case to learn from")
    names = tuple(dict.fromkeys(case.patient for case in ordered))
    seen = [
        one for own in groups for one in _of_patient(Patient(tuple(own), label_values, grid, size), progress, cache)
    ]
    numbers = {name: number for number, name in enumerate(names)}
    patients = [numbers[case.patient] for case in ordered]
    odd = {number: float(one.scale) for number, one in zip(patients, seen, strict=True) if one.scale != 1}
    counts = torch.tensor([len(one.images) for one in seen])
    known = torch.tensor(
        [[any(BY_KEY[key].value == value for key in case.labels) for value in label_values] for case in ordered]
    )
    return Slices(
        images=torch.cat([one.images for one in seen]),
        targets=torch.cat([one.targets for one in seen]),
        patients=torch.tensor(patients).repeat_interleave(counts),
        names=names,
        known=known.repeat_interleave(counts, dim=0),
        scales=tuple(odd.get(number, 1.0) for number in range(len(names))) if odd else (),
        marks=torch.cat([one.marks for one in seen]),
    )


def _grouped(cases: Iterable[LabelledCase]) -> list[list[LabelledCase]]:
    """By patient, and within by data set as they were given, then by name.

    A folder tells data sets apart: the same name in two of them may be a person's and a mouse's.
    """
    places: dict[Path, int] = {}
    groups: dict[tuple[str, int], list[LabelledCase]] = {}
    for case in cases:
        place = places.setdefault(case.files[0].parent, len(places))
        groups.setdefault((case.patient, place), []).append(case)
    return [sorted(groups[key], key=lambda case: case.name) for key in sorted(groups)]


def _of_patient(patient: Patient, progress: Callable[[str], None], cache: SliceCache | None) -> Iterator[Prepared]:
    """What `Patient.prepared` gives for each case."""
    for number, case in enumerate(patient.cases):
        progress(case.name)
        prepare = partial(patient.prepared, number)
        yield prepare() if cache is None else cache.get(patient.key(number), prepare)


def patient_weights(datasets: DataSets, weights: Sequence[float], names: Sequence[str]) -> tuple[float, ...]:
    """The weight of each patient in `names`: that of its data set, the largest if it is in several.

    Args:
        datasets: all that is learnt from or kept back.
        weights: one for each of `datasets`; empty for all alike.
        names: the patients.
    """
    if not weights:
        return ()
    found: dict[str, float] = {}
    for cases, weight in zip(datasets.values(), weights, strict=True):
        for case in cases:
            found[case.patient] = max(weight, found.get(case.patient, 0.0))
    return tuple(found[name] for name in names)


def patients_apart(datasets: DataSets, apart: Sequence[str], names: Sequence[str]) -> tuple[bool, ...]:
    """Which patients of `names` are in a data set that is learnt in outputs of its own; empty where none is.

    Args:
        datasets: all that is learnt from or kept back.
        apart: the names of those that are.
        names: the patients.
    """
    found = {case.patient for folder, cases in datasets.items() if Path(folder).name in apart for case in cases}
    return tuple(name in found for name in names) if found else ()


def find_cases(folders: Sequence[str], label_keys: Sequence[str]) -> DataSets:
    """The labelled cases of every data set in `folders`; the same patient name in two of them is the same patient.

    A data set that knows only some of the labels is used for these.

    Raises:
        InputError: a folder is not a data set or has none of the labels, or a label is in none of the data sets.
    """
    datasets = {folder: open_labelled(Path(folder), label_keys) for folder in folders}
    nowhere = [key for key in label_keys if not any(key in cases[0].labels for cases in datasets.values())]
    if nowhere:
        raise InputError(f"none of the data sets has the label {', '.join(nowhere)}: add one that has, or learn others")
    return datasets
