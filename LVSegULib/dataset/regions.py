"""Which segment is which region of the heart: by what the user says, by SNOMED CT code, or by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from LVSegULib.dataset.pair import phase_from
from LVSegULib.dataset.segmentation import Segment, Segmentation
from LVSegULib.errors import InputError, UsageError
from LVSegULib.labels import ALL_LABELS, BY_KEY, CAVITY, Label, label_named
from LVSegULib.reading.nnunet import Phase

_PHASE = re.compile(r"(?P<name>.*?)[\W_]+(?P<phase>ED|ES)\W*", re.IGNORECASE)


@dataclass(frozen=True)
class Assignment:
    """What the user says of a segment: its name, SNOMED CT code or value, and the region that it is."""

    segment: str
    label: Label

    def fits(self, segment: Segment) -> bool:
        """Whether `segment` is meant; letters of either case count alike."""
        wanted = self.segment.casefold()
        if not segment.name:
            return wanted == str(segment.value)
        return wanted == segment.name.casefold() or wanted in segment.codes


@dataclass(frozen=True)
class Drawing:
    """The segments of one heart phase.

    Attributes:
        phase: "ED" or "ES" where the names of the segments end with it.
        regions: the segments of each region, by its key ("LV"); the cavity is always there.
    """

    phase: Phase | None
    regions: dict[str, tuple[Segment, ...]]


def assignment_from(text: str) -> Assignment:
    """An assignment from "SEGMENT=LABEL", such as "endo=LV".

    Raises:
        UsageError: it is not of this form, or there is no such label.
    """
    segment, _, key = (part.strip() for part in text.rpartition("="))
    if not segment or key.upper() not in BY_KEY:
        raise UsageError(
            f'--segment "{text}": expected NAME=LABEL, CODE=LABEL or VALUE=LABEL, with one of the labels '
            f"{', '.join(BY_KEY)}"
        )
    return Assignment(segment, BY_KEY[key.upper()])


def find_drawings(segmentation: Segmentation, assignments: Sequence[Assignment] = ()) -> tuple[Drawing, ...]:
    """What of `segmentation` is heart, for each phase that the names of the segments tell, ED first.

    With assignments only the segments that they name are taken; several may be one region. Without, each segment is
    known by its code, or else by its name.

    Raises:
        InputError: no cavity, several segments for one region, or an assignment to a segment that is not there.
    """
    found = _assigned(segmentation, assignments) if assignments else _recognised(segmentation)
    phases = {phase_of(segment): None for segment, _ in found}
    if None in phases and len(phases) > 1:
        raise InputError(
            f"{segmentation.path}: some of its segments are named as of ED or ES and others are not "
            f"({', '.join(str(segment) for segment, _ in found)}): rename them, or choose with --segment"
        )
    return tuple(_drawing(segmentation, found, phase, assignments) for phase in sorted(phases or {None}, key=str))


def phase_of(segment: Segment) -> Phase | None:
    """The phase that the name of a segment ends with ("LV blood pool, ED")."""
    match = _PHASE.fullmatch(segment.name)
    return phase_from(match["phase"]) if match else None


def label_of(segment: Segment) -> Label | None:
    """The region that a segment is by its code, or else by its name; None for anything else."""
    for label in ALL_LABELS:
        if label.snomed in segment.codes:
            return label
    match = _PHASE.fullmatch(segment.name)
    return label_named(match["name"] if match else segment.name)


def _assigned(segmentation: Segmentation, assignments: Sequence[Assignment]) -> list[tuple[Segment, Label]]:
    found = []
    for assignment in assignments:
        segments = [segment for segment in segmentation.segments if assignment.fits(segment)]
        if not segments:
            raise InputError(
                f"{segmentation.path}: has no segment {assignment.segment}, it has {segmentation.listed()}: correct "
                "--segment"
            )
        found += [(segment, assignment.label) for segment in segments]
    return found


def _recognised(segmentation: Segmentation) -> list[tuple[Segment, Label]]:
    return [(segment, label) for segment in segmentation.segments if (label := label_of(segment)) is not None]


def _drawing(
    segmentation: Segmentation,
    found: list[tuple[Segment, Label]],
    phase: Phase | None,
    assignments: Sequence[Assignment],
) -> Drawing:
    regions: dict[str, tuple[Segment, ...]] = {}
    for label in ALL_LABELS:
        segments = tuple(segment for segment, its in found if its == label and phase_of(segment) == phase)
        if len(segments) > 1 and not assignments:
            raise InputError(
                f"{segmentation.path}: has several segments for the {label.name} "
                f"({', '.join(str(segment) for segment in segments)}): choose with --segment NAME={label.key}"
            )
        if segments:
            regions[label.key] = segments
    if CAVITY.key not in regions:
        raise InputError(
            f"{segmentation.path}: no segment is known as the cavity of the left ventricle"
            f"{f' at {phase}' if phase else ''}, it has {segmentation.listed()}: name it LV in 3D Slicer, or say which "
            "it is, as in --segment NAME=LV (of a label map, --segment 1=LV)"
        )
    return Drawing(phase, regions)
