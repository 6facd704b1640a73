"""What a run tells while it writes its results."""

from __future__ import annotations

from typing import Any

import pytest

from Testing.desktop.scene import a_beating_heart, add_cine

pytest.importorskip("onnxruntime")


@pytest.mark.parametrize(("silence_s", "expected"), [(0.0, [0.65, 0.72, 0.79, 0.86, 0.93, 1.0]), (1e9, [0.65, 1.0])])
def test_frames_that_follow_fast_are_not_told_one_by_one(
    a_scene: Any, monkeypatch: pytest.MonkeyPatch, silence_s: float, expected: list[float]
) -> None:
    """Writing begins at 0.65; each of the 4 frames, and what comes after them, is a fifth of the rest, 0.07."""
    assert a_scene is not None
    from LVSegUSlicer import segmentation_run
    from LVSegUSlicer.request import Request

    monkeypatch.setattr(segmentation_run, "SILENCE_S", silence_s, raising=False)
    run = segmentation_run.SegmentationRun(Request(add_cine(a_beating_heart(frames=4, slices=6, size=96))))
    told: list[float] = []
    run.write(run.work(lambda _share, _step: None), lambda share, _step: told.append(share))
    assert sorted(set(told)) == pytest.approx(expected)
    assert told == sorted(told)
