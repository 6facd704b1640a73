"""What a browser shows of a sequence, and what is to be selected there to see an item."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from Testing.desktop.scene import a_beating_heart, add_cine, add_volume, play_beside


@pytest.fixture
def two_cines(a_scene: Any) -> tuple[Any, Any]:
    """The browser of a cine of frames at 0, 20 ... 180 ms, and a sequence at 10, 50, 90, 130 ms that it plays too."""
    assert a_scene is not None
    from LVSegUSlicer.sequences import browserOf

    long_axis = add_cine(a_beating_heart(frames=10, slices=2, size=16), "other", step_ms=20)
    short_axis = play_beside(add_cine(a_beating_heart(), "sax", first_ms=10), long_axis)
    browser = browserOf(short_axis)
    return browser, browser.GetSequenceNode(short_axis)


@pytest.mark.parametrize(
    ("selected", "shown"), [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (6, 2), (7, 3), (9, 3)]
)
def test_a_sequence_shows_its_item_at_the_time_that_is_selected_or_before(
    two_cines: tuple[Any, Any], selected: int, shown: int
) -> None:
    from LVSegUSlicer.sequences import itemShown

    browser, sequence = two_cines
    browser.SetSelectedItemNumber(selected)
    assert itemShown(browser, sequence) == shown
    assert itemShown(browser, browser.GetMasterSequenceNode()) == selected
    frame = browser.GetProxyNode(sequence).GetImageData()
    assert frame.GetScalarRange() == sequence.GetNthDataNode(shown).GetImageData().GetScalarRange()


def test_the_first_time_that_shows_an_item_is_selected_to_see_it(two_cines: tuple[Any, Any]) -> None:
    """Frame 1 at 50 ms is seen from 60 ms on, item 3 of the browser; frame 0 also before its time."""
    from LVSegUSlicer.sequences import indexValueShowing, itemToSelect

    browser, sequence = two_cines
    assert [itemToSelect(browser, sequence, item) for item in range(4)] == [0, 3, 5, 7]
    assert [indexValueShowing(browser, sequence, item) for item in range(4)] == ["0", "60", "100", "140"]
    master = browser.GetMasterSequenceNode()
    assert itemToSelect(browser, master, 9) == 9
    assert indexValueShowing(browser, master, 9) == "180"


def test_an_item_that_is_never_shown_keeps_its_own_index_value(a_scene: Any) -> None:
    """Of frames every 10 ms a browser that goes in steps of 40 ms shows every fourth."""
    assert a_scene is not None
    from LVSegUSlicer.sequences import browserOf, indexValueShowing, itemToSelect

    coarse = add_cine(a_beating_heart(frames=3, slices=2, size=16), "other")
    fine = play_beside(add_cine(a_beating_heart(frames=9), "sax", step_ms=10), coarse)
    browser = browserOf(fine)
    sequence = browser.GetSequenceNode(fine)
    assert [indexValueShowing(browser, sequence, item) for item in range(9)] == [str(10 * item) for item in range(9)]
    assert [itemToSelect(browser, sequence, item) for item in (0, 4, 5, 8)] == [0, 1, 1, 2]


def test_the_frame_that_is_read_is_the_one_that_is_seen(two_cines: tuple[Any, Any]) -> None:
    import slicer

    from LVSegUSlicer.filter_source import FilterSource
    from LVSegUSlicer.scene_reader import readInput, readKey

    browser, sequence = two_cines
    volume = browser.GetProxyNode(sequence)
    browser.SetSelectedItemNumber(6)
    found = readInput(volume, allFrames=False)
    assert found.items == (2,)
    np.testing.assert_array_equal(found.cine.frames[0], slicer.util.arrayFromVolume(volume))
    source = FilterSource(
        "sax", volume.GetID(), browser.GetID(), (0, 1, 2, 3), np.zeros((4, 1, 1, 1, 1), np.float32), ()
    )
    assert source.frameShown() == 2
    key = readKey(volume, allFrames=False)
    browser.SetSelectedItemNumber(5)
    assert readKey(volume, allFrames=False) == key, "the same frame is seen"


@pytest.mark.parametrize(
    ("unit", "values", "expected"),
    [
        ("s", ("0", "1", "2", "3"), None),  # as a script fills a new sequence
        ("s", ("1", "2", "3", "4"), None),
        ("ms", ("0", "1", "2", "3"), None),
        ("ms", ("0", "2.9", "5.8"), None),
        ("ms", ("0", "3", "6"), (0, 3, 6)),
        ("ms", ("0", "350"), (0, 350)),  # what the library takes of a file too
        ("s", ("0", "0.5", "1.0"), (0, 500, 1000)),
        ("s", ("0", "0.51", "1.02"), None),
        ("ms", ("0", "40", "80", "600"), (0, 40, 80, 600)),  # a gap is no reason
        ("ms", ("700",), (700,)),
        ("", ("0", "40", "80"), None),
    ],
)
def test_an_index_is_time_only_if_its_steps_are_those_of_a_beat(
    a_scene: Any, unit: str, values: tuple[str, ...], expected: tuple[float, ...] | None
) -> None:
    from LVSegUSlicer.sequences import noteOnTimes, timesMs

    sequence = a_scene.AddNewNodeByClass("vtkMRMLSequenceNode")
    sequence.SetIndexUnit(unit)
    volume = add_volume(a_beating_heart(frames=1, slices=2, size=8)[0])
    for value in values:
        sequence.SetDataNodeAtValue(volume, value)
    found = timesMs(sequence)
    assert found is None if expected is None else found == pytest.approx(expected)
    assert bool(noteOnTimes(sequence)) == (expected is None and bool(unit)), "times are not dropped in silence"
