"""Base, mid and apex: the thirds of the slices in which the reference has the label."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from LVSegULib.evaluation.records import SliceRecord
from LVSegULib.measures.base_to_apex import is_base_first, thirds


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


def _slices_by_patient_and_volume(records: Iterable[SliceRecord]) -> dict[str, list[list[SliceRecord]]]:
    """The slices with reference, of each volume of each patient, in order of slices."""
    patients: dict[str, dict[tuple[str, int], list[SliceRecord]]] = {}
    for record in sorted((record for record in records if record.overlap.reference), key=_place):
        patients.setdefault(record.patient, {}).setdefault((record.case, record.frame), []).append(record)
    return {patient: list(volumes.values()) for patient, volumes in patients.items()}


def _place(record: SliceRecord) -> tuple[str, int, int]:
    return record.case, record.frame, record.slice
