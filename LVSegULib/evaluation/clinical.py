"""What a clinician reads off: end-diastolic and end-systolic volume and ejection fraction, against the reference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.evaluation.bootstrap import NO_INTERVAL, Summary, has_interval, summarise
from LVSegULib.evaluation.records import VolumeRecord
from LVSegULib.measures.volumes import ejection_fraction

LIMITS_IN_SD = 1.96
FEWEST_FOR_CORRELATION = 3


@dataclass(frozen=True)
class PatientVolumes:
    """End-diastole and end-systole of a patient's beat, in the frames that the reference gives.

    Attributes:
        patient: whose they are.
        ed: the volume at end-diastole.
        es: the volume at end-systole.
    """

    patient: str
    ed: VolumeRecord
    es: VolumeRecord

    @property
    def reference_ef(self) -> float:
        """Ejection fraction of the reference, per cent."""
        return ejection_fraction(self.ed.reference_ml, self.es.reference_ml)

    @property
    def predicted_ef(self) -> float:
        """Ejection fraction of the prediction, per cent; NaN if nothing was found at ED."""
        return ejection_fraction(self.ed.prediction_ml, self.es.prediction_ml)


@dataclass(frozen=True)
class Agreement:
    """How a predicted measure agrees with the reference over patients.

    Attributes:
        error: predicted minus reference; its mean is the bias of Bland and Altman, Lancet 1986;327:307.
        absolute_error: the same without sign.
        limits: bias plus and minus 1.96 standard deviations of the error; NaN with too few patients (`has_interval`).
        correlation: Pearson's r; NaN with fewer than three patients, or if one side does not vary.
    """

    error: Summary
    absolute_error: Summary
    limits: tuple[float, float]
    correlation: float


@dataclass(frozen=True)
class ClinicalFigures:
    """Agreement of LVEDV and LVESV (mL) and LVEF (percentage points) over the patients that have both ED and ES."""

    patients: int
    LVEDV_ml: Agreement
    LVESV_ml: Agreement
    LVEF_percent: Agreement


def patient_volumes(volumes: Sequence[VolumeRecord]) -> list[PatientVolumes]:
    """ED and ES of each patient that has both, with a reference; `unpaired_patients` are left out.

    A stack that has both is a beat of its own, so that a patient with two such stacks has two. Of the others, those of
    a patient are put together: one may hold ED and another ES.
    """
    left_out = unpaired_patients(volumes)
    return [
        PatientVolumes(patient, beat["ED"][0], beat["ES"][0])
        for (patient, _), beat in _beats(volumes).items()
        if beat.keys() >= {"ED", "ES"} and patient not in left_out
    ]


def unpaired_patients(volumes: Sequence[VolumeRecord]) -> list[str]:
    """Patients of whom ED, or ES, is there several times, so that it cannot be told which belong together; sorted."""
    return sorted({patient for (patient, _), beat in _beats(volumes).items() if max(map(len, beat.values())) > 1})


def _beats(volumes: Sequence[VolumeRecord]) -> dict[tuple[str, str], dict[str, list[VolumeRecord]]]:
    """The volumes of each phase, by patient and stack; the stack is "" for those that are put together."""
    known = [(record, record.phase) for record in volumes if record.reference_ml > 0 and record.phase]
    phases_of: dict[str, set[str]] = {}
    for record, phase in known:
        phases_of.setdefault(record.case, set()).add(phase)
    beats: dict[tuple[str, str], dict[str, list[VolumeRecord]]] = {}
    for record, phase in known:
        stack = record.case if len(phases_of[record.case]) > 1 else ""
        beats.setdefault((record.patient, stack), {}).setdefault(phase, []).append(record)
    return beats


def clinical_figures(pairs: Sequence[PatientVolumes]) -> ClinicalFigures:
    """Agreement over the patients of `pairs`."""
    names = [pair.patient for pair in pairs]
    return ClinicalFigures(
        patients=len(set(names)),
        LVEDV_ml=agreement([p.ed.reference_ml for p in pairs], [p.ed.prediction_ml for p in pairs], names),
        LVESV_ml=agreement([p.es.reference_ml for p in pairs], [p.es.prediction_ml for p in pairs], names),
        LVEF_percent=agreement([p.reference_ef for p in pairs], [p.predicted_ef for p in pairs], names),
    )


def agreement(reference: Sequence[float], predicted: Sequence[float], patients: Sequence[str]) -> Agreement:
    """Agreement of one value for each patient; patients without prediction (NaN) are left out and counted."""
    expert, machine = np.asarray(reference, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    error = machine - expert
    defined = np.isfinite(error)
    summary = summarise(error.tolist(), patients)
    return Agreement(
        error=summary,
        absolute_error=summarise(np.abs(error).tolist(), patients),
        limits=_limits(error[defined]) if has_interval(summary.patients) else NO_INTERVAL,
        correlation=_correlation(expert[defined], machine[defined]),
    )


def _limits(error: NDArray[np.float64]) -> tuple[float, float]:
    half = LIMITS_IN_SD * float(error.std(ddof=1))
    return float(error.mean()) - half, float(error.mean()) + half


def _correlation(expert: NDArray[np.float64], machine: NDArray[np.float64]) -> float:
    if len(expert) < FEWEST_FOR_CORRELATION or np.ptp(expert) == 0 or np.ptp(machine) == 0:
        return math.nan
    return float(np.corrcoef(expert, machine)[0, 1])
