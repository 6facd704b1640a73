"""Data sets as cases to evaluate: nnU-Net raw folders, and Sunnybrook DICOM with contours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from LVSegULib.errors import InputError
from LVSegULib.evaluation.cases import EvaluationCase, Reference
from LVSegULib.labels import ALL_LABELS, CAVITY, Label
from LVSegULib.reading.labelled import drawn_frames, drawn_in_slicer, open_dataset, warn_of_unlabelled
from LVSegULib.reading.nnunet import Case, RawDataset
from LVSegULib.reading.sunnybrook import SunnybrookPatient


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
        InputError: no such folder, neither of them, or no case has a reference.
    """
    opened, place = open_dataset(folder), folder.resolve()
    if isinstance(opened, RawDataset):
        dataset, cases = _raw_set(opened, place), _to_be_labelled(opened)
    else:
        dataset, cases = _sunnybrook_set(opened, place), ()
    if not dataset.cases:
        raise InputError(
            f"{folder}: no image has a reference: put label maps into labelsTr, or contour files beside"
            f"{drawn_in_slicer(cases)}"
        )
    warn_of_unlabelled(folder, cases)
    return dataset


def _to_be_labelled(dataset: RawDataset) -> tuple[Case, ...]:
    """Those of its cases that have a label map as a rule: in imagesTs, where any of them has one."""
    is_labelled = any(case.label for case in dataset.test_cases)
    return (*dataset.cases, *dataset.test_cases) if is_labelled else dataset.cases


def _raw_set(dataset: RawDataset, folder: Path) -> EvaluationSet:
    return EvaluationSet(
        name=dataset.name,
        labels=tuple(label for label in ALL_LABELS if label.key in dataset.labels),
        cases=tuple(
            EvaluationCase(case.name, case.patient, partial(_read_raw, case))
            for case in (*dataset.cases, *dataset.test_cases)
            if case.label is not None
        ),
        folder=folder,
    )


def _read_raw(case: Case) -> Reference:
    cine, labels = case.read()
    if labels is None:
        raise InputError(f"{case.name}: has no label map")
    phases = {0: case.phase} if case.phase and cine.frame_count == 1 else {}
    return Reference(cine, labels, tuple(drawn_frames(labels)), phases)


def _sunnybrook_set(patients: tuple[SunnybrookPatient, ...], folder: Path) -> EvaluationSet:
    return EvaluationSet(
        name=folder.name,
        labels=(CAVITY,),
        cases=tuple(EvaluationCase(one.scd_name, one.name, partial(_read_sunnybrook, one)) for one in patients),
        folder=folder,
    )


def _read_sunnybrook(patient: SunnybrookPatient) -> Reference:
    drawn = patient.read()
    frames = tuple(sorted({drawn.ed_frame, drawn.es_frame}))
    phases = {drawn.ed_frame: "ED", drawn.es_frame: "ES"} if len(frames) > 1 else {}
    # The mask that label maps of these data hold elsewhere, contour pixels included; the challenge's own figures are
    # taken from the contours themselves, which enclose about 5 % less.
    return Reference(drawn.cine, drawn.labels(), frames, phases, drawn.endo)
