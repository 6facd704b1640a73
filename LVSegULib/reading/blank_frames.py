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
    is_blank = frames.min(axis=(2, 3)) == frames.max(axis=(2, 3))
    odd = np.argwhere(is_blank & ~is_blank.all(axis=0))
    if not len(odd):
        return ()
    frame, place = odd[0]
    more = f" and {len(odd) - 1} more" if len(odd) > 1 else ""
    note = f"slice {place} is blank in frame {frame}{more}, and not in others: volumes there are wrong"
    _log.warning("%s: %s", where, note)
    return (note,)
