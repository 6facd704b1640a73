"""The figures of one label, from its records: overall, for base, mid and apex, and for ED and ES."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from LVSegULib.evaluation.bootstrap import Ratio, Summary, ratio_of_sums, summarise
from LVSegULib.evaluation.challenge import ChallengeFigures, challenge_figures
from LVSegULib.evaluation.clinical import (
    ClinicalFigures,
    PatientVolumes,
    clinical_figures,
    patient_volumes,
    unpaired_patients,
)
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.evaluation.records import Record, SliceRecord, VolumeRecord
from LVSegULib.evaluation.regions import with_regions
from LVSegULib.labels import CAVITY, Label
from LVSegULib.measures.base_to_apex import REGIONS

GOOD_DICE = 0.9
"""Slices below this are counted: an expert would want to correct them."""


@dataclass(frozen=True)
class SliceFigures:
    """Figures over the slices in which the reference has the label.

    Attributes:
        dice: Dice of a slice; 0 where the prediction is empty.
        below: 1 for a slice with Dice below 0.9, else 0; the mean is the share of such slices.
        hd95_mm: Hausdorff distance in the slice, 95th percentile, mm; undefined where the prediction is empty.
        pooled_dice: Dice of all these slices' pixels together.
        missed: slices in which the prediction is empty.
    """

    dice: Summary
    below: Summary
    hd95_mm: Summary
    pooled_dice: Ratio
    missed: int


@dataclass(frozen=True)
class VolumeFigures:
    """Figures over volumes: one frame of one stack, false positive slices included.

    Attributes:
        dice: Dice of a volume.
        hd95_mm: Hausdorff distance of the volumes' surfaces, 95th percentile, mm.
        error_ml: predicted minus reference volume, mL.
        error_percent: predicted minus reference volume, per cent of the reference.
    """

    dice: Summary
    hd95_mm: Summary
    error_ml: Summary
    error_percent: Summary


@dataclass(frozen=True)
class LabelFigures:
    """All figures of one label.

    Attributes:
        label: which.
        pooled_dice: Dice of all voxels of all volumes together.
        dice_per_patient: Dice of all voxels of a patient's volumes together, over patients.
        false_positive_slices: slices in which the prediction has the label and the reference has not.
        slices: by group: "all", "base", "mid", "apex", and "ED", "ES" where they are known.
        volumes: by group: "all", and "ED", "ES".
        clinical: volumes and ejection fraction; None for other labels than the cavity, or without ED and ES.
        challenge: the MICCAI 2009 challenge's figures; None for other labels than the cavity.
        pairs: the patients' ED and ES that `clinical` is made of.
        unpaired: the patients that `pairs` leaves out, as it cannot be told which ED and ES belong together.
        slice_records: every slice, for pictures of the worst.
        volume_records: every volume.
    """

    label: Label
    pooled_dice: Ratio
    dice_per_patient: Summary
    false_positive_slices: int
    slices: dict[str, SliceFigures]
    volumes: dict[str, VolumeFigures]
    clinical: ClinicalFigures | None
    challenge: ChallengeFigures | None
    pairs: list[PatientVolumes]
    unpaired: list[str]
    slice_records: list[SliceRecord]
    volume_records: list[VolumeRecord]

    def worst_slices(self, count: int) -> list[SliceRecord]:
        """The slices with the lowest Dice, worst first; of equal ones, those with the larger reference first."""
        drawn = [record for record in self.slice_records if record.overlap.reference]
        return sorted(drawn, key=lambda record: (record.dice, -record.overlap.reference))[:count]


def label_figures(label: Label, slices: list[SliceRecord], volumes: list[VolumeRecord]) -> LabelFigures:
    """All figures of `label` from its records."""
    slices = with_regions(slices)
    drawn = [record for record in slices if record.overlap.reference]
    is_cavity = label.value == CAVITY.value
    pairs = patient_volumes(volumes) if is_cavity else []
    by_patient = overlap_by_patient(volumes)
    return LabelFigures(
        label=label,
        pooled_dice=_pooled(volumes),
        dice_per_patient=summarise([overlap.dice for overlap in by_patient.values()], list(by_patient)),
        false_positive_slices=len(slices) - len(drawn),
        slices={name: _slice_figures(group) for name, group in _groups(drawn).items()},
        volumes={name: _volume_figures(group) for name, group in _phases(volumes).items()},
        clinical=clinical_figures(pairs) if pairs else None,
        challenge=challenge_figures(slices) if is_cavity else None,
        pairs=pairs,
        unpaired=unpaired_patients(volumes) if is_cavity else [],
        slice_records=slices,
        volume_records=volumes,
    )


def _groups(slices: list[SliceRecord]) -> dict[str, list[SliceRecord]]:
    regions = {region: [record for record in slices if record.region == region] for region in REGIONS}
    phases = _phases(slices)
    return {"all": phases.pop("all")} | regions | phases


def _phases(records: list[Record]) -> dict[str, list[Record]]:
    phases = {phase: [record for record in records if record.phase == phase] for phase in ("ED", "ES")}
    return {"all": records} | {phase: group for phase, group in phases.items() if group}


def _slice_figures(slices: list[SliceRecord]) -> SliceFigures:
    patients = [record.patient for record in slices]
    return SliceFigures(
        dice=summarise([record.dice for record in slices], patients),
        below=summarise([float(record.dice < GOOD_DICE) for record in slices], patients),
        hd95_mm=summarise([record.hd95_mm for record in slices], patients),
        pooled_dice=_pooled(slices),
        missed=sum(1 for record in slices if record.overlap.prediction == 0),
    )


def _volume_figures(volumes: list[VolumeRecord]) -> VolumeFigures:
    patients = [record.patient for record in volumes]
    return VolumeFigures(
        dice=summarise([record.dice for record in volumes], patients),
        hd95_mm=summarise([record.hd95_mm for record in volumes], patients),
        error_ml=summarise([record.error_ml for record in volumes], patients),
        error_percent=summarise([record.error_percent for record in volumes], patients),
    )


def overlap_by_patient(records: Sequence[SliceRecord] | Sequence[VolumeRecord]) -> dict[str, Overlap]:
    """All pixels of each patient together."""
    overlaps: dict[str, list[Overlap]] = {}
    for record in records:
        overlaps.setdefault(record.patient, []).append(record.overlap)
    return {patient: Overlap.total(counted) for patient, counted in overlaps.items()}


def _pooled(records: Sequence[SliceRecord] | Sequence[VolumeRecord]) -> Ratio:
    overlaps = overlap_by_patient(records).values()
    return ratio_of_sums(
        [2 * overlap.both for overlap in overlaps], [overlap.reference + overlap.prediction for overlap in overlaps]
    )
