"""Which frames are end-diastole and end-systole, where the data set does not say it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from LVSegULib.evaluation.records import Record, VolumeRecord

Phases = Mapping[tuple[str, int], str]
"""ED or ES, by name of the stack and frame."""


def phases_by_volume(cavities: Sequence[VolumeRecord]) -> Phases:
    """ED and ES of each beat of which the data set names neither: the largest and the smallest reference volume.

    A stack of several frames with a cavity is a beat of its own, as a patient may have two visits; frames in files of
    their own are put together by patient.

    Args:
        cavities: the cavity of every frame with a reference.
    """
    known = [record for record in cavities if record.reference_ml > 0]
    frames = Counter((record.patient, record.case) for record in known)
    beats: dict[tuple[str, str], list[VolumeRecord]] = {}
    for record in known:
        stack = record.case if frames[record.patient, record.case] > 1 else ""
        beats.setdefault((record.patient, stack), []).append(record)
    found: dict[tuple[str, int], str] = {}
    for records in beats.values():
        if len(records) < 2 or any(record.phase for record in records):
            continue
        ordered = sorted(records, key=lambda record: record.reference_ml)
        for phase, record in (("ES", ordered[0]), ("ED", ordered[-1])):
            found[record.case, record.frame] = phase
    return found


def with_phases(records: Iterable[Record], phases: Phases) -> list[Record]:
    """`records` with their phase from `phases`, where it is there."""
    return [
        dataclasses.replace(record, phase=phases.get((record.case, record.frame), record.phase)) for record in records
    ]
