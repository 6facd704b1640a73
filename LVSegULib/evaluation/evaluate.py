"""Evaluate a predictor on a data set: read each case, segment it, compare, and sum up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from LVSegULib.errors import InputError
from LVSegULib.evaluation.cases import EvaluationCase, Predictor, Reference
from LVSegULib.evaluation.figures import LabelFigures, label_figures
from LVSegULib.evaluation.phases import phases_by_volume, with_phases
from LVSegULib.evaluation.records import SliceRecord, VolumeRecord, compare
from LVSegULib.labels import CAVITY, Label
from LVSegULib.progress import Report, reporting, silent


@dataclass(frozen=True)
class Failure:
    """A case that could not be evaluated, and why; its patient's other cases still count."""

    case: str
    reason: str


@dataclass(frozen=True)
class Evaluation:
    """The result.

    Attributes:
        dataset: name of the data set.
        patients: the patients evaluated, sorted.
        cases: names of the cases evaluated.
        labels: figures by the label's key ("LV").
        failures: the cases that could not be evaluated.
    """

    dataset: str
    patients: tuple[str, ...]
    cases: tuple[str, ...]
    labels: dict[str, LabelFigures]
    failures: tuple[Failure, ...]


def evaluate(
    dataset: str,
    cases: Sequence[EvaluationCase],
    predict: Predictor,
    labels: Sequence[Label] = (CAVITY,),
    report: Report = silent,
) -> Evaluation:
    """Segment every case with `predict` and compare it with its reference.

    A case that cannot be read or segmented, or in which nothing is drawn, is listed as a failure, and the rest go on.

    Args:
        dataset: name of the data set.
        cases: what to evaluate.
        predict: gives label values (T, K, J, I) for the cine of a case.
        labels: the labels that both the data set and the model have.
        report: told the share done.

    Raises:
        InputError: there is no case, or not one could be evaluated.
    """
    if not cases:
        raise InputError(f"{dataset}: there is no case with a reference to evaluate")
    slices: dict[str, list[SliceRecord]] = {label.key: [] for label in labels}
    volumes: dict[str, list[VolumeRecord]] = {label.key: [] for label in labels}
    done: list[EvaluationCase] = []
    failures: list[Failure] = []
    for case in reporting(cases, report):
        try:
            reference = _drawn(case.read())
            predicted = predict(case, reference.cine)
            compared = {label.key: compare(case, reference, predicted, label) for label in labels}
        except InputError as error:
            failures.append(Failure(case.name, str(error).removeprefix(f"{case.name}: ")))
            continue
        done.append(case)
        for key, (of_slices, of_volumes) in compared.items():
            slices[key] += of_slices
            volumes[key] += of_volumes
    if not done:
        raise InputError(f"{dataset}: no case could be evaluated; the first: {failures[0].reason}")
    phases = phases_by_volume(volumes.get(CAVITY.key, []))
    return Evaluation(
        dataset=dataset,
        patients=tuple(sorted({case.patient for case in done})),
        cases=tuple(case.name for case in done),
        labels={
            label.key: label_figures(
                label, with_phases(slices[label.key], phases), with_phases(volumes[label.key], phases)
            )
            for label in labels
        },
        failures=tuple(failures),
    )


def _drawn(reference: Reference) -> Reference:
    """The reference; one without anything in it is rather of an image that nobody has drawn yet than without heart."""
    if not reference.labels.any():
        raise InputError("nothing is drawn in its label map: draw it, or take it out")
    return reference
