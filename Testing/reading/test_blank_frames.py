"""Images without anything in them among others."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from LVSegULib.reading.blank_frames import blank_frames
from Testing.conftest import beating_phantom


def test_an_image_that_is_blank_in_some_frames_is_told(caplog: pytest.LogCaptureFixture) -> None:
    frames = beating_phantom(5, 4, 24, 20).astype(np.float32)
    frames[2, 1] = 7
    with caplog.at_level(logging.WARNING, "LVSegULib"):
        (note,) = blank_frames(frames, "scan")
    assert note == "slice 1 is blank in frame 2, and not in others: volumes there are wrong, export it again"
    assert caplog.messages == [f"scan: {note}"]
    frames[3, 1] = 0
    assert blank_frames(frames, "scan")[0].startswith("slice 1 is blank in frame 2 (and 1 more images), and not")


def test_a_slice_without_any_image_is_no_fault() -> None:
    frames = beating_phantom(5, 4, 24, 20).astype(np.float32)
    assert blank_frames(frames, "scan") == ()
    frames[:, 3] = 0
    assert blank_frames(frames, "scan") == ()
