"""Notice images of a cine in which nothing is seen, while the others of their slice show something."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)


def blank_frames(frames: NDArray[np.float32], where: str) -> tuple[str, ...]:
    """A note on the images of `frames` (T, K, J, I) that are constant in some frames of their slice only.

    The first is named, and warned of in the log; `where` is the cine, for the log. Slices without any image, as some
    tools add them, are no fault.
    """
    some = frames[:, :, ::8, ::8]  # quick, and enough for nearly every image
    is_blank = some.min(axis=(2, 3)) == some.max(axis=(2, 3))
    is_blank[is_blank] = [image.min() == image.max() for image in frames[is_blank]]
    odd = np.argwhere(is_blank & ~is_blank.all(axis=0))
    if not len(odd):
        return ()
    frame, place = odd[0]
    more = f" (and {len(odd) - 1} more images)" if len(odd) > 1 else ""
    note = f"slice {place} is blank in frame {frame}{more}, and not in others: volumes there are wrong, export it again"
    _log.warning("%s: %s", where, note)
    return (note,)
