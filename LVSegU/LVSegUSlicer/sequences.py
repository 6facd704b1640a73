"""Slicer's sequences and their browsers: who plays a volume, its frames, and their times."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from slicer.i18n import tr as _

from LVSegULib.cine import LONGEST_FRAME_MS
from LVSegULib.errors import InputError

_MS_PER_UNIT = {"s": 1000.0, "sec": 1000.0, "ms": 1.0, "us": 0.001}

_SHORTEST_MS = 3.0
"""From one frame of a mouse's beat to the next; less, as 1 ms, is the numbers of the frames."""

BASE_NAME = "Sequences.BaseName"
"""Attribute that Slicer gives to a node that shows a sequence's item; it stays when the browser is removed."""


def sequenceOf(node: Any) -> tuple[Any, Any] | None:
    """The browser and the sequence of volumes that a node stands for; None if it is a volume of its own.

    Args:
        node: a volume, a sequence, or a sequence browser.
    """
    logic = slicer.modules.sequences.logic()
    if node.IsA("vtkMRMLSequenceBrowserNode"):
        sequence = _volumesPlayedBy(node)
        return None if sequence is None else (node, sequence)
    if node.IsA("vtkMRMLSequenceNode"):
        browser = logic.GetFirstBrowserNodeForSequenceNode(node)
        return (browser, node) if browser is not None and _holdsVolumes(node) else None
    browser = logic.GetFirstBrowserNodeForProxyNode(node)
    sequence = None if browser is None else browser.GetSequenceNode(node)
    return None if sequence is None or not sequence.GetNumberOfDataNodes() else (browser, sequence)


def shownBy(browser: Any, sequence: Any) -> Any:
    """The node that shows a sequence's selected item in the scene.

    Raises:
        InputError: there is none, as its playback is off in the module Sequences.
    """
    proxy = browser.GetProxyNode(sequence)
    if proxy is None:
        raise InputError(
            _("{name}: its sequence is not shown: tick Playback beside it in the module Sequences").format(
                name=sequence.GetName()
            )
        )
    return proxy


def volumeOf(node: Any) -> Any:
    """The volume node that shows a volume, sequence or browser in the views; None if there is none."""
    if node is None or node.IsA("vtkMRMLScalarVolumeNode"):
        return node
    found = sequenceOf(node)
    return None if found is None else found[0].GetProxyNode(found[1])


def dataNodes(sequence: Any) -> list[Any]:
    """The node of every item, in order; they are not in the main scene."""
    return [sequence.GetNthDataNode(item) for item in range(sequence.GetNumberOfDataNodes())]


def sequencesOf(browser: Any) -> list[Any]:
    """The sequences that a browser plays, its master sequence among them."""
    found = vtk.vtkCollection()
    browser.GetSynchronizedSequenceNodes(found, True)
    return [found.GetItemAsObject(index) for index in range(found.GetNumberOfItems())]


def browserOf(proxyNode: Any) -> Any:
    """The vtkMRMLSequenceBrowserNode that plays a node; None for one that is not played."""
    return slicer.modules.sequences.logic().GetFirstBrowserNodeForProxyNode(proxyNode)


def itemShown(browser: Any, sequence: Any) -> int:
    """The item of a sequence that its browser shows, from 0.

    What is selected in a browser is an item of its master sequence. Other sequences show what they have at the same
    index value, or before it.
    """
    return _itemShown(browser, sequence, browser.GetSelectedItemNumber())


def itemToSelect(browser: Any, sequence: Any, item: int) -> int:
    """What to select in a browser to see an item of a sequence, from 0; what is next to it where it is never shown."""
    selected = _selectedToSee(browser, sequence, item)
    if selected is not None:
        return selected
    return max(
        0, int(browser.GetMasterSequenceNode().GetItemNumberFromIndexValue(sequence.GetNthIndexValue(item), False))
    )


def indexValueShowing(browser: Any, sequence: Any, item: int) -> str:
    """The index value at which a browser shows an item of a sequence first; the item's own where it never does."""
    selected = _selectedToSee(browser, sequence, item)
    shown = sequence if selected is None else browser.GetMasterSequenceNode()
    return str(shown.GetNthIndexValue(item if selected is None else selected))


def _selectedToSee(browser: Any, sequence: Any, item: int) -> int | None:
    if _isMaster(browser, sequence):
        return item
    count = browser.GetNumberOfItems()
    return next((selected for selected in range(count) if _itemShown(browser, sequence, selected) == item), None)


def _itemShown(browser: Any, sequence: Any, selected: int) -> int:
    if _isMaster(browser, sequence) or not 0 <= selected < browser.GetNumberOfItems():
        return selected
    value = browser.GetMasterSequenceNode().GetNthIndexValue(selected)
    return int(sequence.GetItemNumberFromIndexValue(value, False))


def _isMaster(browser: Any, sequence: Any) -> bool:
    return browser.GetMasterSequenceNode() in (sequence, None)


def timesMs(sequence: Any) -> NDArray[np.float64] | None:
    """Time of every item in ms; None if the index has no unit of time, or goes in steps that no beat has.

    A new sequence of Slicer says "s" whatever its values are, and scripts give it the numbers of the frames.
    """
    times = _indexMs(sequence)
    return times if times is None or _isOfBeat(times) else None


def noteOnTimes(sequence: Any) -> str:
    """That a sequence's index is not taken for times though it has their unit, and why; "" if there is nothing to say.

    As `timesMs`, but for people: it is said once, when a cine is read.
    """
    times = _indexMs(sequence)
    if times is None or _isOfBeat(times):
        return ""
    return str(
        _("{name}: its {step} ms from frame to frame are not those of a heartbeat: its times are left out").format(
            name=sequence.GetName(), step=f"{np.median(np.diff(times)):g}"
        )
    )


def _indexMs(sequence: Any) -> NDArray[np.float64] | None:
    """The index in ms, whatever its steps are; None if it has no unit of time, or a value is no number."""
    perUnit = _MS_PER_UNIT.get(sequence.GetIndexUnit() or "")
    values = [sequence.GetNthIndexValue(item) for item in range(sequence.GetNumberOfDataNodes())]
    try:
        return None if perUnit is None else np.array([float(value) for value in values]) * perUnit
    except ValueError:
        return None


def _isOfBeat(times_ms: NDArray[np.float64]) -> bool:
    """Whether the frames follow each other as those of a beat; of one frame nothing speaks against it."""
    return len(times_ms) < 2 or bool(_SHORTEST_MS <= np.median(np.diff(times_ms)) <= LONGEST_FRAME_MS)


def _volumesPlayedBy(browser: Any) -> Any:
    """The browser's first sequence of volumes, its master sequence if that holds some."""
    sequences = [browser.GetMasterSequenceNode(), *sequencesOf(browser)]
    return next((one for one in sequences if one is not None and _holdsVolumes(one)), None)


def _holdsVolumes(sequence: Any) -> bool:
    return sequence.GetNumberOfDataNodes() > 0 and sequence.GetNthDataNode(0).IsA("vtkMRMLScalarVolumeNode")
