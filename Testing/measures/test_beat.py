"""Frames that can be a heart's are told from those in which the segmentation failed."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.measures.beat import reason_for_no_beat, trusted_frames

BEAT = (100, 95, 85, 70, 60, 50, 60, 70, 80, 90, 95, 100)


def volumes(*volumes_ml: float, **instead: float) -> np.ndarray:
    """Volumes (T,), with others `instead` in some frames ("frame3=5")."""
    found = np.array(volumes_ml, np.float64)
    for frame, volume_ml in instead.items():
        found[int(frame.removeprefix("frame"))] = volume_ml
    return found


@pytest.mark.parametrize(
    ("given", "left_out", "said"),
    [
        (volumes(*BEAT), [], []),
        (volumes(*BEAT, frame3=0), [3], ["frame 3 has no left ventricle"]),
        (volumes(*BEAT, frame3=0, frame4=0), [3, 4], ["frames 3, 4 have no left ventricle"]),
        (volumes(*BEAT, frame3=29), [3], ["frame 3 does not fit the frames beside it"]),  # below half of 60
        (volumes(*BEAT, frame3=31), [], []),
        (volumes(*BEAT, frame0=201), [0], ["frame 0 does not fit the frames beside it"]),  # above twice 100
        (volumes(*BEAT, frame0=0, frame6=5), [0, 6], ["frame 0 has no", "frame 6 does not fit"]),
        (volumes(*BEAT, frame0=200, frame3=30), [], []),  # twice 100, and half of 60
        (volumes(*BEAT, frame3=24, frame4=24), [], []),  # each fits one of the frames beside it
        (volumes(100, 20, 100), [], []),  # too few frames to judge
        (volumes(*[100] * 8, 20), [], []),
        (volumes(*[100] * 9, 20), [9], ["frame 9 does not fit"]),  # ten frames are enough
        (volumes(0, 0), [0, 1], []),  # why there is no beat says it
    ],
)
def test_frames_that_are_left_out(given: np.ndarray, left_out: list[int], said: list[str]) -> None:
    trusted, warnings = trusted_frames(given)
    assert trusted.tolist() == [frame for frame in range(len(given)) if frame not in left_out]
    assert [warning[: len(start)] for warning, start in zip(warnings, said, strict=True)] == said


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (volumes(100, 60), ""),
        (volumes(100), "there is one frame only"),
        (volumes(0, 0), "no left ventricle was found in any frame"),
        (volumes(0, 60, 0), "the left ventricle was found in frame 1 only, of 3 frames"),
        (volumes(*[100, 20] * 5), "the volume leaps from frame to frame: none fits those beside it, of 10"),
        (volumes(*[100, 20] * 5, 45), "the volume leaps from frame to frame: only frame 10 fits"),  # between 20 and 100
    ],
)
def test_why_there_is_no_beat(given: np.ndarray, reason: str) -> None:
    found = reason_for_no_beat(given, trusted_frames(given)[0])
    assert found.startswith(reason) and bool(found) == bool(reason)
