"""Data sets as cases to evaluate: nnU-Net raw folders, and Sunnybrook DICOM with contours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from LVSegULib.errors import InputError
from LVSegULib.evaluation.cases import EvaluationCase, Reference
from LVSegULib.labels import ALL_LABELS, CAVITY, Label
from LVSegULib.reading.nnunet import Case, open_raw_dataset
from LVSegULib.reading.sunnybrook import SunnybrookPatient, is_sunnybrook, open_sunnybrook


@dataclass(frozen=True)
class EvaluationSet:
    """A data set to evaluate on: its name, its labels, its cases and where it lies; no image has been read."""

    name: str
    labels: tuple[Label, ...]
    cases: tuple[EvaluationCase, ...]
    folder: Path = Path()


def open_evaluation_set(folder: Path) -> EvaluationSet:
    """The cases of `folder` that have a reference: an nnU-Net raw folder, or Sunnybrook DICOM with contours.

    Raises:
        InputError: neither of them, or no case has a reference.
    """
    dataset = replace(_opener(folder)(folder), folder=folder.resolve())
    if not dataset.cases:
        raise InputError(f"{folder}: no image has a reference: put label maps into labelsTr, or contour files beside")
    return dataset


def _opener(folder: Path) -> Callable[[Path], EvaluationSet]:
    """What opens `folder`, by the file that its layout has."""
    if not folder.exists():
        raise InputError(f"{folder}: does not exist: check the path")
    if (folder / "dataset.json").exists():
        return _raw_set
    if is_sunnybrook(folder):
        return _sunnybrook_set
    raise InputError(
        f"{folder}: is no data set, expected an nnU-Net raw folder (dataset.json, imagesTr, labelsTr) or the "
        "Sunnybrook Cardiac Data (scd_patientdata.csv, DICOM and contours)"
    )


def _raw_set(folder: Path) -> EvaluationSet:
    dataset = open_raw_dataset(folder)
    return EvaluationSet(
        name=dataset.name,
        labels=tuple(label for label in ALL_LABELS if label.key in dataset.labels),
        cases=tuple(
            EvaluationCase(case.name, case.patient, partial(_read_raw, case))
            for case in (*dataset.cases, *dataset.test_cases)
            if case.label is not None
        ),
    )


def _read_raw(case: Case) -> Reference:
    cine, labels = case.read()
    if labels is None:
        raise InputError(f"{case.name}: has no label map")
    filled = np.flatnonzero(labels.any(axis=(1, 2, 3))).tolist()
    phases = {0: case.phase} if case.phase and cine.frame_count == 1 else {}
    return Reference(cine, labels, tuple(filled or range(cine.frame_count)), phases)


def _sunnybrook_set(folder: Path) -> EvaluationSet:
    patients = open_sunnybrook(folder)
    return EvaluationSet(
        name=folder.resolve().name,
        labels=(CAVITY,),
        cases=tuple(EvaluationCase(one.scd_name, one.name, partial(_read_sunnybrook, one)) for one in patients),
    )


def _read_sunnybrook(patient: SunnybrookPatient) -> Reference:
    drawn = patient.read()
    frames = tuple(sorted({drawn.ed_frame, drawn.es_frame}))
    phases = {drawn.ed_frame: "ED", drawn.es_frame: "ES"} if len(frames) > 1 else {}
    # The mask that label maps of these data hold elsewhere, contour pixels included; the challenge's own figures are
    # taken from the contours themselves, which enclose about 5 % less.
    return Reference(drawn.cine, drawn.labels(with_border=True), frames, phases, drawn.endo)
