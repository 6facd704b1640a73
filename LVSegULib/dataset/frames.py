"""Which frames of a cine were drawn on, and what their cases are called."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from LVSegULib.cine import Cine
from LVSegULib.dataset.pair import Pair
from LVSegULib.dataset.regions import Drawing
from LVSegULib.errors import GeometryError, InputError, UsageError
from LVSegULib.labels import CAVITY
from LVSegULib.reading.nnunet import Phase


@dataclass(frozen=True)
class DrawnFrame:
    """A frame that was drawn on.

    Attributes:
        drawing: what was drawn.
        of_image: the frame of the cine.
        of_drawing: the frame of the segmentation, 0 where it has only one.
        suffix: what its case is called by after the patient: "ED", "frame07", or "" for a single volume.
    """

    drawing: Drawing
    of_image: int
    of_drawing: int
    suffix: str


def find_frames(pair: Pair, cine: Cine, drawings: Sequence[Drawing]) -> list[DrawnFrame]:
    """The frames of `cine` that were drawn on.

    A segmentation of one frame belongs to the only frame of a volume, or to that of a cine which the pair says or, for
    ED and ES, the report that `lvsegu segment` wrote beside it. One of as many frames as the cine belongs to all of
    them; frames without cavity are left out.

    Raises:
        InputError: nothing is drawn in the phase or frame that is asked for.
        GeometryError: the segmentation has another number of frames.
        UsageError: it must be said which frame or phase was drawn on, or the cine has no such frame.
    """
    chosen = [drawing for drawing in drawings if drawing.phase in (None, pair.phase) or pair.phase is None]
    if not chosen:
        raise InputError(
            f"{pair.segmentation}: has no segments of {pair.phase}: leave out the phase, or give the other"
        )
    for frame in pair.frames.values():
        if frame >= cine.frame_count:
            raise UsageError(f"{pair.volume}: has no frame {frame}: its frames are 0 to {cine.frame_count - 1}")
    if len(chosen[0].regions[CAVITY.key][0].layer) > 1:
        return _of_a_drawn_cine(pair, cine, chosen[0])
    if len(chosen) > 1 and cine.frame_count == 1:
        raise UsageError(
            f"{pair.segmentation}: has segments of ED and of ES, and {pair.volume} is one frame: say which it is with "
            "--phase ED or --phase ES"
        )
    return [_of_one_frame(pair, cine, drawing, is_only=len(chosen) == 1) for drawing in chosen]


def _of_a_drawn_cine(pair: Pair, cine: Cine, drawing: Drawing) -> list[DrawnFrame]:
    cavity = drawing.regions[CAVITY.key]
    count = len(cavity[0].layer)
    if count != cine.frame_count:
        raise GeometryError(
            f"{pair.segmentation}: has {count} frames, and {pair.volume} has {cine.frame_count}: give the cine "
            "that was drawn on, or the one frame that was"
        )
    drawn = [frame for frame in range(count) if any(segment.mask(frame).any() for segment in cavity)]
    wanted = pair.frames.get(pair.phase, pair.frames.get(None))
    if wanted is not None and wanted not in drawn:
        raise InputError(f"{pair.segmentation}: has no cavity in frame {wanted}, only in {_listed(drawn)}")
    chosen = drawn if wanted is None else [wanted]
    if pair.phase is not None and len(chosen) != 1:
        raise UsageError(
            f"{pair.segmentation}: has a cavity in the frames {_listed(drawn)}: say which one is {pair.phase} with "
            "--frame N"
        )
    return [DrawnFrame(drawing, frame, frame, pair.phase or f"frame{frame:02d}") for frame in chosen]


def _of_one_frame(pair: Pair, cine: Cine, drawing: Drawing, *, is_only: bool) -> DrawnFrame:
    phase = drawing.phase or pair.phase
    frame = pair.frames.get(phase, pair.frames.get(None) if is_only else None)
    if frame is None:
        frame = 0 if cine.frame_count == 1 else _reported_frame(pair, cine, phase)
    if frame is None:
        of_phase = f"{phase}=" if phase and not is_only else ""
        raise UsageError(
            f"{pair.volume}: is a cine of {cine.frame_count} frames, and {pair.segmentation} was drawn on one: say "
            f"which it is{f' at {phase}' if phase else ''} with --frame {of_phase}N, counted from 0"
        )
    is_one_of_several = cine.frame_count > 1 or bool(pair.frames)
    return DrawnFrame(drawing, frame, 0, phase or (f"frame{frame:02d}" if is_one_of_several else ""))


def _reported_frame(pair: Pair, cine: Cine, phase: Phase | None) -> int | None:
    """The frame of `phase` in the report that `lvsegu segment` wrote beside its segmentation."""
    report = pair.segmentation.with_name(f"{pair.segmentation.name.removesuffix('.seg.nrrd')}.json")
    if phase is None or not report.is_file():
        return None
    try:
        values = json.loads(report.read_text(encoding="utf-8"))
        is_of_this_cine = values["input"]["frames"] == cine.frame_count
        frame = values["measures"][f"{phase.lower()}_frame"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return int(frame) if is_of_this_cine and isinstance(frame, int) and 0 <= frame < cine.frame_count else None


def _listed(frames: Sequence[int]) -> str:
    return ", ".join(map(str, frames)) or "none"
