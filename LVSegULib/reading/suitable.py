"""What LVSegU can segment, by what a source says of its images: MR, and a short-axis stack; all else is doubted."""

from __future__ import annotations

import re

import numpy as np

from LVSegULib.cine import Cine

DARKEST_MR = -500.0
"""MR has hardly any negative pixel; air in CT has -1000."""

FEW_SLICES = 3
"""A stack of up to so many slices may be of long-axis views; a larger one is a short-axis stack whatever its name."""

_MANY_DARK = 0.02
"""The share of pixels below `DARKEST_MR` from which on images are doubted; some of a cine's may be damaged."""

SHORT_AXIS = re.compile(r"(?<![a-z])(sax|sa|short|kurz|ksa|cinesax|petit)(?![a-z])|short.?ax", re.IGNORECASE)
"""In the names that people give to series and files: a short-axis stack."""

LONG_AXIS = re.compile(
    r"(?<![a-z])(lax|la|long|[234].?ch\w*|vla|hla|lvot|rvot|ao(rta|rtic)?)(?![a-z])|long.?ax", re.IGNORECASE
)
"""The same for long-axis views, outflow tracts and the aorta."""


def is_mr(modality: str) -> bool:
    """Whether DICOM images of this Modality (0008,0060) can be segmented: MR, or not told ("other" tells nothing)."""
    return modality.strip().upper() in ("MR", "OT", "")


def is_long_axis_view(name: str, slices: int) -> bool:
    """Whether images are long-axis views by their name and the number of their slices."""
    return slices <= FEW_SLICES and bool(LONG_AXIS.search(name)) and not SHORT_AXIS.search(name)


def doubts(cine: Cine) -> tuple[str, ...]:
    """Why this may be nothing that LVSegU can segment, a sentence for each reason; empty for most cines."""
    found = []
    dark = np.count_nonzero(cine.frames <= DARKEST_MR) / cine.frames.size
    if dark >= _MANY_DARK:
        found.append(
            f"{100 * dark:.0f} % of the pixels lie below {DARKEST_MR:g}, as in CT and phase images: LVSegU segments "
            "cine MR, give magnitude images"
        )
    if is_long_axis_view(name := cine.description or cine.name, cine.slice_count):
        what = "one slice" if cine.slice_count == 1 else f"{cine.slice_count} slices"
        found.append(
            f'{what} named as a long-axis view ("{name}"): LVSegU segments short-axis stacks, give one of these'
        )
    return tuple(found)
