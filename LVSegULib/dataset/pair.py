"""A volume and its segmentation, with what the user says of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from LVSegULib.errors import UsageError
from LVSegULib.reading.nnunet import Phase

_FRAME = re.compile(r"(?:(?P<phase>ED|ES)=)?(?P<frame>\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """What becomes one case of a data set, or several.

    Attributes:
        volume: image file (3-D or 4-D) or DICOM folder.
        segmentation: what was drawn on it.
        patient: whose heart it is; "" takes the name of the volume.
        phase: the phase to take, and to name the case by.
        frames: the frame of a cine that was drawn on: by phase, or under None for the only one.
        series: which DICOM series to take.
    """

    volume: Path
    segmentation: Path
    patient: str = ""
    phase: Phase | None = None
    frames: Mapping[Phase | None, int] = field(default_factory=dict)
    series: str | None = None


def phase_from(text: str) -> Phase:
    """The phase that a word names, "ED" or "ES".

    Raises:
        UsageError: it is neither.
    """
    if text.upper() not in ("ED", "ES"):
        raise UsageError(f'phase "{text}": expected ED or ES')
    return "ED" if text.upper() == "ED" else "ES"


def frames_from(text: str) -> dict[Phase | None, int]:
    """Frames from "7", or from "ED=0 ES=8".

    Raises:
        UsageError: it is neither, or gives two for one phase.
    """
    frames: dict[Phase | None, int] = {}
    for word in text.split():
        match = _FRAME.fullmatch(word)
        if match is None:
            raise UsageError(f'frame "{word}": expected a number counted from 0, or ED=N and ES=N')
        phase = phase_from(match["phase"]) if match["phase"] else None
        if phase in frames:
            raise UsageError(f'frame "{word}": {frames[phase]} was given before it: give one')
        frames[phase] = int(match["frame"])
    return frames
