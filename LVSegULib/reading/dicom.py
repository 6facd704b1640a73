"""Read the short-axis cine of a folder of DICOM files, whatever their names and order and whatever else is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from LVSegULib.cine import Cine
from LVSegULib.progress import Report, part_of, silent
from LVSegULib.reading.blank_frames import blank_frames
from LVSegULib.reading.dicom_choice import Candidate, choose_candidate, listed
from LVSegULib.reading.dicom_header import read_headers
from LVSegULib.reading.dicom_pixels import read_pixels
from LVSegULib.reading.dicom_stack import DicomStack, build_stack
from LVSegULib.reading.names import safe_name, short_name

HEADERS_SHARE = 0.7
"""The share of the time to read a folder that its headers take; they are of all its files, and parsed."""


def read_dicom_cine(
    folder: Path, series: str | None = None, files: Sequence[Path] | None = None, progress: Report = silent
) -> Cine:
    """Read the short-axis cine of a folder (or of one multi-frame file).

    Slices are ordered by ImagePositionPatient along the slices' normal (SliceLocation is not to be trusted), from base
    to apex as far as human anatomy tells; frames are ranked inside their slice, by TriggerTime where there is one.

    Args:
        folder: looked through with its sub-folders; files need no ending.
        series: number, UID or part of the description of the series to take; None picks the short-axis cine.
        files: the files of the folder to look at; None: all of them.
        progress: told the share done; whatever it raises stops the reading.

    Raises:
        InputError: no DICOM, no cine, a damaged file, a duplicated or missing frame, or compression without decoder.
        GeometryError: a slice without position, differing orientations or sizes, or unequal slice distances.
        UsageError: no series fits `series`.
    """
    stack, source = open_dicom_stack(folder, series, files, part_of(progress, 0.0, HEADERS_SHARE))
    return read_stack_cine(folder, stack, source, part_of(progress, HEADERS_SHARE, 1.0))


def open_dicom_stack(
    folder: Path, series: str | None = None, files: Sequence[Path] | None = None, progress: Report = silent
) -> tuple[DicomStack, str]:
    """Choose and order the images of the cine without reading pixels; raises as `read_dicom_cine` does.

    Returns:
        The stack, and which series it is, for people.
    """
    contents = read_headers(folder, files, progress)
    chosen, others = choose_candidate(folder, contents, series)
    stack = build_stack(chosen.headers, contents.images_left_out)
    notes = (*_notes(chosen, others), *stack.notes)
    return replace(stack, notes=notes), f"{chosen.series} of {folder}"


def read_stack_cine(folder: Path, stack: DicomStack, source: str, progress: Report = silent) -> Cine:
    """The cine of a stack that `open_dicom_stack` gave."""
    first = stack.headers[0][0]
    counts = len(stack.headers), len(stack.headers[0])
    pixels = read_pixels([header for frame in stack.headers for header in frame], first.size, progress)
    frames = pixels.reshape(*counts, *first.size)
    return Cine(
        frames=frames,
        ijk_to_ras=stack.ijk_to_ras,
        time_ms=stack.time_ms,
        name=safe_name(first.patient) if first.patient.strip() else short_name(folder),
        source=f"{source}, {counts[1]} slices x {counts[0]} frames",
        notes=(*stack.notes, *blank_frames(frames, str(folder))),
        description=first.description,
    )


def _notes(chosen: Candidate, others: list[Candidate]) -> list[str]:
    notes = [f"took {chosen}", f"also there: {listed(others, 8)} (choose with --series)"] if others else []
    if chosen.repeated:
        notes.append(f"{chosen.repeated} slices were taken again in a later series: the later ones are used")
    return notes
