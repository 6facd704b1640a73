"""One record for each slice and each volume compared: what every figure is computed from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.evaluation.cases import EvaluationCase, Polygon, Reference
from LVSegULib.evaluation.contours import average_perpendicular_distance_mm, outer_contour
from LVSegULib.evaluation.distance import hausdorff_95_mm
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.labels import CAVITY, Label
from LVSegULib.reading.polygons import fill_polygon

Mask = NDArray[np.bool_]

PARTS = 4
"""Parts along each side of a pixel, where an overlap with a contour is counted."""


@dataclass(frozen=True)
class SliceRecord:
    """A slice in which the reference or the prediction has the label.

    Attributes:
        case: name of the stack.
        patient: whose it is.
        phase: "ED" or "ES"; None for other frames, and as long as it is not known (see `phases`).
        frame: frame in the stack, from 0.
        slice: slice in the stack, from 0.
        overlap: pixels.
        hd95_mm: Hausdorff distance in the slice, 95th percentile, mm; NaN if one of the two is empty.
        apd_mm: average perpendicular distance of the cavity's contour, mm; NaN if one is empty or for other labels.
        inside: overlap with what the contour that the expert drew encloses, in parts of a pixel, where the data set has
            contours; None elsewhere.
        region: "base", "mid" or "apex" once it is known (see `regions`); None if the reference has nothing here.
    """

    case: str
    patient: str
    phase: str | None
    frame: int
    slice: int
    overlap: Overlap
    hd95_mm: float
    apd_mm: float
    inside: Overlap | None = None
    region: str | None = None

    @property
    def dice(self) -> float:
        """Dice of the slice."""
        return self.overlap.dice

    @property
    def contour_dice(self) -> float:
        """Dice with the inside of the expert's contour; with the reference's mask where there is no contour."""
        return (self.inside or self.overlap).dice


@dataclass(frozen=True)
class VolumeRecord:
    """One frame of a stack as a whole.

    Attributes:
        case: name of the stack.
        patient: whose it is.
        phase: "ED" or "ES"; None for other frames, and as long as it is not known (see `phases`).
        frame: frame in the stack, from 0.
        overlap: voxels.
        hd95_mm: Hausdorff distance of the volumes, 95th percentile, mm; NaN if one of them is empty.
        reference_ml: volume of the reference, mL.
        prediction_ml: volume of the prediction, mL.
    """

    case: str
    patient: str
    phase: str | None
    frame: int
    overlap: Overlap
    hd95_mm: float
    reference_ml: float
    prediction_ml: float

    @property
    def dice(self) -> float:
        """Dice of the volume."""
        return self.overlap.dice

    @property
    def error_ml(self) -> float:
        """Predicted minus reference volume, mL."""
        return self.prediction_ml - self.reference_ml

    @property
    def error_percent(self) -> float:
        """Predicted minus reference volume, per cent of the reference; NaN if that is empty."""
        return 100 * self.error_ml / self.reference_ml if self.reference_ml else math.nan


Record = TypeVar("Record", SliceRecord, VolumeRecord)


def compare(
    case: EvaluationCase, reference: Reference, predicted: NDArray[np.uint8], label: Label
) -> tuple[list[SliceRecord], list[VolumeRecord]]:
    """Compare one label of a prediction with the reference, in every frame that the expert worked on.

    Raises:
        InputError: the prediction lies on another grid.
    """
    if predicted.shape != reference.labels.shape:
        raise InputError(
            f"{case.name}: the prediction has the shape {predicted.shape}, its reference {reference.labels.shape}"
        )
    slices: list[SliceRecord] = []
    volumes: list[VolumeRecord] = []
    is_cavity = label.value == CAVITY.value
    for frame in reference.frames:
        expert, machine = reference.labels[frame] == label.value, predicted[frame] == label.value
        phase = reference.phases.get(frame)
        volumes.append(_volume_record(case, phase, frame, expert, machine, reference.cine.spacing_mm))
        for k in np.flatnonzero((expert | machine).any(axis=(1, 2))).tolist():
            apd_mm, drawn = math.nan, reference.contours.get((frame, k)) if is_cavity else None
            if is_cavity and expert[k].any() and machine[k].any():
                apd_mm = _apd_mm(expert[k], machine[k], drawn, reference.cine.spacing_mm)
            slices.append(
                SliceRecord(
                    case=case.name,
                    patient=case.patient,
                    phase=phase,
                    frame=frame,
                    slice=k,
                    overlap=Overlap.of(expert[k], machine[k]),
                    hd95_mm=hausdorff_95_mm(expert[k], machine[k], reference.cine.spacing_mm[1:]),
                    apd_mm=apd_mm,
                    inside=None if drawn is None else _inside(drawn, machine[k]),
                )
            )
    return slices, volumes


def _volume_record(
    case: EvaluationCase,
    phase: str | None,
    frame: int,
    expert: Mask,
    machine: Mask,
    spacing_mm: tuple[float, float, float],
) -> VolumeRecord:
    overlap = Overlap.of(expert, machine)
    voxel_ml = math.prod(spacing_mm) / 1000
    return VolumeRecord(
        case=case.name,
        patient=case.patient,
        phase=phase,
        frame=frame,
        overlap=overlap,
        hd95_mm=hausdorff_95_mm(expert, machine, spacing_mm),
        reference_ml=overlap.reference * voxel_ml,
        prediction_ml=overlap.prediction * voxel_ml,
    )


def _inside(drawn: Polygon, machine: Mask) -> Overlap:
    """Overlap with what a contour encloses. Many points lie on the middles of pixels, so pixels are divided."""
    fine = machine.repeat(PARTS, axis=0).repeat(PARTS, axis=1)
    return Overlap.of(fill_polygon((drawn + 0.5) * PARTS - 0.5, (fine.shape[0], fine.shape[1])), fine)


def _apd_mm(expert: Mask, machine: Mask, drawn: Polygon | None, spacing_mm: tuple[float, float, float]) -> float:
    manual = outer_contour(expert) if drawn is None else drawn
    _, j_mm, i_mm = spacing_mm
    return average_perpendicular_distance_mm(outer_contour(machine), manual, (i_mm, j_mm))
