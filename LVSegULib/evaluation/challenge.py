"""The figures of the MICCAI 2009 left-ventricle challenge on Sunnybrook data, as published, and without their gap.

Radau et al., Evaluation Framework for Algorithms Segmenting Short Axis Cardiac MRI, The MIDAS Journal 2009,
hdl 10380/3070. Published figures leave out every contour that is not "good"; a method that misses half of the contours
can so reach any Dice. The second way counts them all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from LVSegULib.evaluation.bootstrap import Summary, summarise
from LVSegULib.evaluation.records import SliceRecord

GOOD_APD_MM = 5.0
"""A contour is good if its average perpendicular distance is below this."""


@dataclass(frozen=True)
class ChallengeFigures:
    """Endocardial contours both ways; each summary is over patients, of each patient's own mean, as in the challenge.

    Attributes:
        contours: how many the expert drew.
        missing: how many of them have no prediction.
        good_percent: share of good contours of those that the expert drew; a missing one is not good.
        official_apd_mm: average perpendicular distance of the good contours, mm.
        official_dice: Dice of the good contours, with what the expert's contour encloses.
        all_apd_mm: average perpendicular distance of every contour that is not missing, mm.
        all_dice: Dice of every contour; a missing one counts as 0.
    """

    contours: int
    missing: int
    good_percent: Summary
    official_apd_mm: Summary
    official_dice: Summary
    all_apd_mm: Summary
    all_dice: Summary


def challenge_figures(slices: Sequence[SliceRecord]) -> ChallengeFigures:
    """The challenge's figures of the cavity's slice records; slices without reference are left out, as there."""
    drawn = [record for record in slices if record.overlap.reference]
    by_patient: dict[str, list[SliceRecord]] = {}
    for record in drawn:
        by_patient.setdefault(record.patient, []).append(record)
    good = {patient: [record for record in records if is_good(record)] for patient, records in by_patient.items()}
    patients = list(by_patient)

    def over_patients(values: list[float]) -> Summary:
        return summarise(values, patients)

    return ChallengeFigures(
        contours=len(drawn),
        missing=sum(1 for record in drawn if record.overlap.prediction == 0),
        good_percent=over_patients([100 * len(good[patient]) / len(by_patient[patient]) for patient in patients]),
        official_apd_mm=over_patients([_mean([record.apd_mm for record in good[p]]) for p in patients]),
        official_dice=over_patients([_mean([record.contour_dice for record in good[p]]) for p in patients]),
        all_apd_mm=over_patients([_mean([record.apd_mm for record in by_patient[p]]) for p in patients]),
        all_dice=over_patients([_mean([record.contour_dice for record in by_patient[p]]) for p in patients]),
    )


def is_good(record: SliceRecord) -> bool:
    """Whether the predicted contour is there and less than 5 mm APD from the expert's."""
    return record.apd_mm < GOOD_APD_MM


def _mean(values: list[float]) -> float:
    """Mean of the values that are not NaN; NaN without any."""
    defined = [value for value in values if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan
