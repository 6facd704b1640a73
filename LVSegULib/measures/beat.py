"""Which frames of a beat can be trusted when end-diastole and end-systole are chosen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FEWEST_FRAMES_TO_JUDGE = 10
"""With fewer frames in a beat, a healthy ventricle may halve its volume from one frame to the next."""

MOST_CHANGE = 2.0
"""A frame this many times smaller, or larger, than both frames beside it is a failed segmentation, not a heartbeat."""


def trusted_frames(volumes: NDArray[np.float64]) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """The frames whose volume can be a heart's: not empty, and without a leap from both frames beside it.

    Args:
        volumes: volume of the cavity in each frame (T,), in any unit.

    Returns:
        The frames (N,), and a warning for each kind of frame that is left out.
    """
    filled = np.flatnonzero(volumes)
    if len(filled) == 0:
        return filled, ()
    leaping = _leaping(volumes[filled]) if len(filled) >= FEWEST_FRAMES_TO_JUDGE else np.zeros(len(filled), bool)
    warnings = (
        _warning(np.flatnonzero(volumes == 0), "has no left ventricle", "have no left ventricle"),
        _warning(filled[leaping], "does not fit the frames beside it", "do not fit the frames beside them"),
    )
    return filled[~leaping], tuple(warning for warning in warnings if warning)


def reason_for_no_beat(volumes: NDArray[np.float64], trusted: NDArray[np.intp]) -> str:
    """Why ED and ES cannot be told from volumes (T,) of which `trusted` frames (N,) count; "" if they can."""
    if len(volumes) == 1:
        return "there is one frame only: end-diastole and end-systole cannot be told from it"
    if not volumes.any():
        return "no left ventricle was found in any frame"
    if len(trusted) > 1:
        return ""
    filled = np.flatnonzero(volumes)
    if len(filled) == 1:
        return f"the left ventricle was found in frame {filled[0]} only, of {len(volumes)} frames"
    fitting = f"only frame {trusted[0]} fits" if len(trusted) else "none fits"
    return f"the volume leaps from frame to frame: {fitting} those beside it, of {len(filled)} with a left ventricle"


def _leaping(volumes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which volumes are far smaller, or far larger, than both those beside them; the beat is a circle."""
    before, after = np.roll(volumes, 1), np.roll(volumes, -1)
    too_small: NDArray[np.bool_] = volumes * MOST_CHANGE < np.minimum(before, after)
    return too_small | (volumes > MOST_CHANGE * np.maximum(before, after))


def _warning(frames: NDArray[np.intp], one: str, several: str) -> str:
    if len(frames) == 0:
        return ""
    named = ", ".join(str(frame) for frame in frames)
    subject = f"frame {named} {one}" if len(frames) == 1 else f"frames {named} {several}"
    return f"{subject}: left out when end-diastole and end-systole were chosen"
