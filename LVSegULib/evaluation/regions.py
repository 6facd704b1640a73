"""Base, mid and apex: the thirds of the slices in which the reference has the label."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from LVSegULib.evaluation.records import SliceRecord

REGIONS = ("base", "mid", "apex")


def with_regions(slices: Iterable[SliceRecord]) -> list[SliceRecord]:
    """The same records with their region; a slice without reference has none."""
    records = list(slices)
    volumes = _slices_by_patient_and_volume(records)
    regions: dict[tuple[str, int, int], str] = {}
    for of_patient in volumes.values():
        base_first = is_base_first([[record.overlap.reference for record in volume] for volume in of_patient])
        for volume in of_patient:
            for record, region in zip(volume, thirds(len(volume), base_first=base_first), strict=True):
                regions[_place(record)] = region
    return [dataclasses.replace(record, region=regions.get(_place(record))) for record in records]


def is_base_first(volumes: Sequence[Sequence[float]]) -> bool:
    """Whether a patient's slices are counted from the base.

    Data sets count from either end and seldom say from which. The ventricle tapers, so the base is taken to be the end
    with the larger areas, over all of the patient's volumes together, for the last slice at the base is often small.
    An aneurysm of the apex can mislead this.

    Args:
        volumes: for each volume (a frame of a stack), the area in each slice with reference, in order of slices.
    """
    lean = 0.0
    for areas in volumes:
        sizes = np.asarray(areas, dtype=np.float64)
        positions = np.arange(len(sizes)) - (len(sizes) - 1) / 2
        lean += float(np.dot(sizes, positions) / sizes.sum())
    return lean <= 0


def thirds(count: int, *, base_first: bool) -> list[str]:
    """The region of each of `count` slices: the third of the stack that holds the slice's centre.

    So 1 slice is mid; 2 are base and apex; 4 are 1 + 2 + 1; 5 are 2 + 1 + 2; 9 are 3 + 3 + 3.
    """
    from_base = [REGIONS[(2 * position + 1) * len(REGIONS) // (2 * count)] for position in range(count)]
    return from_base if base_first else from_base[::-1]


def _slices_by_patient_and_volume(records: Iterable[SliceRecord]) -> dict[str, list[list[SliceRecord]]]:
    """The slices with reference, of each volume of each patient, in order of slices."""
    patients: dict[str, dict[tuple[str, int], list[SliceRecord]]] = {}
    for record in sorted((record for record in records if record.overlap.reference), key=_place):
        patients.setdefault(record.patient, {}).setdefault((record.case, record.frame), []).append(record)
    return {patient: list(volumes.values()) for patient, volumes in patients.items()}


def _place(record: SliceRecord) -> tuple[str, int, int]:
    return record.case, record.frame, record.slice
