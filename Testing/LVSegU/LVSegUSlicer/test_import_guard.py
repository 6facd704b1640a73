"""Loading another scene into the one that is there leaves results as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from Testing.desktop.scene import a_beating_heart, add_cine
from Testing.LVSegU.LVSegUSlicer.test_result_frames import erase, play, read, without_cavity
from Testing.LVSegU.LVSegUSlicer.test_scene_writer import rings, write


@pytest.fixture(params=["other times", "the same times"])
def two_scenes(a_scene: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """A scene with a result, frame 2 shown, into which another scene with a result was loaded; returns the first."""
    import slicer

    from LVSegUSlicer.logic import LVSegULogic
    from LVSegUSlicer.sequences import browserOf

    LVSegULogic()  # the module is there
    path = str(tmp_path / "other.mrml")
    first = 3 if request.param == "other times" else 0
    write(add_cine(a_beating_heart(), "loaded", first_ms=first), rings()[::-1])
    assert slicer.util.saveScene(path)
    a_scene.Clear(0)
    node = write(add_cine(a_beating_heart(), "there"), rings())
    browserOf(node).SetSelectedItemNumber(2)
    slicer.util.loadScene(path)
    return node


def test_loading_another_scene_leaves_both_results_as_they_are(two_scenes: Any) -> None:
    import slicer

    from LVSegUSlicer.navigation import goToFrame
    from LVSegUSlicer.sequences import browserOf

    results = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    assert len(results) == 2
    assert browserOf(two_scenes).GetSelectedItemNumber() == 2
    for node in results:
        np.testing.assert_array_equal(read(node).labels, rings() if node is two_scenes else rings()[::-1])
    goToFrame(two_scenes, 3)
    assert browserOf(two_scenes).GetSelectedItemNumber() == 3


def test_what_is_drawn_after_another_scene_was_loaded_stays_in_the_frame_shown(two_scenes: Any) -> None:
    from LVSegUSlicer.sequences import browserOf

    erase(two_scenes)
    np.testing.assert_array_equal(read(two_scenes).labels, without_cavity(rings(), 2))
    play(browserOf(two_scenes))
    np.testing.assert_array_equal(read(two_scenes).labels, without_cavity(rings(), 2))
