"""Which frames of a cine were drawn on, and what their cases are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from LVSegULib.cine import Cine
from LVSegULib.dataset.pair import Pair
from LVSegULib.dataset.regions import Drawing
from LVSegULib.errors import GeometryError, InputError, UsageError
from LVSegULib.labels import CAVITY
from LVSegULib.reading.nnunet import Phase
from LVSegULib.reading.results import report_beside


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
    pair = _with_the_phase_of_its_frame(pair, chosen)
    _refuse_idle_frames(pair, {drawing.phase or pair.phase for drawing in chosen})
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
    wanted = _wanted_frames(pair)
    for frame in wanted.values():
        if frame not in drawn:
            raise InputError(f"{pair.segmentation}: has no cavity in frame {frame}, only in {_listed(drawn)}")
    if wanted:
        return [DrawnFrame(drawing, frame, frame, phase or f"frame{frame:02d}") for phase, frame in wanted.items()]
    if pair.phase is not None and len(drawn) != 1:
        raise UsageError(
            f"{pair.segmentation}: has a cavity in the frames {_listed(drawn)}: say which one is {pair.phase} with "
            "--frame N"
        )
    return [DrawnFrame(drawing, frame, frame, pair.phase or f"frame{frame:02d}") for frame in drawn]


def _wanted_frames(pair: Pair) -> Mapping[Phase | None, int]:
    """The frames of a drawn cine that the pair asks for, by what they are called after; none asks for all."""
    if pair.phase is None or not pair.frames:
        return pair.frames
    _refuse_idle_frames(pair, {pair.phase})
    return {pair.phase: pair.frames[pair.phase if pair.phase in pair.frames else None]}


def _with_the_phase_of_its_frame(pair: Pair, drawings: Sequence[Drawing]) -> Pair:
    """The pair; where one frame was drawn and its phase is only said with it (ED=3), that phase."""
    phases = list(pair.frames)
    if len(drawings) == len(phases) == 1 and drawings[0].phase is None and pair.phase is None:
        return replace(pair, phase=phases[0])
    return pair


def _refuse_idle_frames(pair: Pair, phases: Set[Phase | None]) -> None:
    """Refuse frames that would be passed over, as they say nothing of what is taken, which is of `phases`.

    Beside the frame of the phase that the pair takes, that of the other one may be given.
    """
    given = pair.frames.keys()
    is_plain = given == {None} and len(phases) == 1
    if given <= phases or is_plain or (None not in given and pair.phase in given):
        return
    idle = next(phase for phase in given if phase not in phases)
    said = f"{idle}={pair.frames[idle]}" if idle else f"{pair.frames[idle]}"
    known = sorted(phase for phase in phases if phase)
    wanted = " and ".join(f"--frame {phase}=N" for phase in known) or "--frame N"
    raise UsageError(
        f"{pair.segmentation}: --frame {said} does not fit what is taken of it, {' and '.join(known) or 'one frame'}: "
        f"give {wanted}"
    )


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
    report = report_beside(pair.segmentation)
    if phase is None or report is None:
        return None
    try:
        is_of_this_cine = report["input"]["frames"] == cine.frame_count
        frame = report["measures"][f"{phase.lower()}_frame"]
    except (KeyError, TypeError):
        return None
    return int(frame) if is_of_this_cine and isinstance(frame, int) and 0 <= frame < cine.frame_count else None


def _listed(frames: Sequence[int]) -> str:
    return ", ".join(map(str, frames)) or "none"
