"""The frames of a result are those of its cine, also in another cine's browser."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from Testing.desktop.scene import a_beating_heart, add_cine, play_beside
from Testing.LVSegU.LVSegUSlicer.test_scene_writer import rings, write


def read(node: Any) -> Any:
    from LVSegUSlicer.scene_labels import readLabels

    return readLabels(node)


def play(browser: Any) -> None:
    for item in range(browser.GetNumberOfItems()):
        browser.SetSelectedItemNumber(item)


def erase(node: Any) -> None:
    """Take the cavity away in the frame that is shown."""
    import slicer

    from LVSegUSlicer.scene_writer import inputOf

    none = np.zeros(slicer.util.arrayFromVolume(inputOf(node)).shape, np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(none, node, "LV", inputOf(node))


def without_cavity(labels: NDArray[np.uint8], frame: int) -> NDArray[np.uint8]:
    changed = labels.copy()
    changed[frame][changed[frame] == 1] = 0
    return changed


@pytest.fixture
def a_result_beside_another_cine(a_scene: Any) -> Any:
    """Frames at 10, 50, 90, 130 ms in the browser of a cine at 0, 20 ... 180 ms."""
    assert a_scene is not None
    long_axis = add_cine(a_beating_heart(frames=10, slices=2, size=16), "other", step_ms=20)
    return write(play_beside(add_cine(a_beating_heart(), "sax", first_ms=10), long_axis), rings())


def test_in_the_browser_of_another_cine_a_result_has_its_own_frames(a_result_beside_another_cine: Any) -> None:
    from LVSegUSlicer.sequences import browserOf

    node = a_result_beside_another_cine
    play(browserOf(node))
    found = read(node)
    np.testing.assert_array_equal(found.labels, rings())
    np.testing.assert_array_equal(found.time_ms, [10, 50, 90, 130])


@pytest.mark.parametrize(("frame", "item"), [(0, 0), (1, 3), (2, 5), (3, 7)])
def test_there_too_going_to_a_frame_shows_it_and_a_correction_stays_in_it(
    a_result_beside_another_cine: Any, frame: int, item: int
) -> None:
    from LVSegUSlicer.navigation import goToFrame, goToSlice
    from LVSegUSlicer.scene_labels import _labelsOf, referenceGrid, regionsOf
    from LVSegUSlicer.sequences import browserOf

    node = a_result_beside_another_cine
    browser = browserOf(node)
    play(browser)
    goToFrame(node, frame)
    assert browser.GetSelectedItemNumber() == item
    np.testing.assert_array_equal(_labelsOf(node, regionsOf(node), referenceGrid(node)), rings()[frame])
    browser.SetSelectedItemNumber(9)
    goToSlice(node, frame, 2, 0)
    assert browser.GetSelectedItemNumber() == item
    erase(node)
    play(browser)
    np.testing.assert_array_equal(read(node).labels, without_cavity(rings(), frame))


def test_without_its_images_a_result_has_the_frames_of_its_browser(a_scene: Any) -> None:
    volume = add_cine(a_beating_heart())
    node = write(volume, rings())
    a_scene.RemoveNode(volume)
    np.testing.assert_array_equal(read(node).labels, rings())
