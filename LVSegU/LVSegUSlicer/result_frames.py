"""The frames of a result that plays: found by the index values of its cine, whatever else is in its sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from LVSegUSlicer.scene_writer import inputOf
from LVSegUSlicer.sequences import browserOf, dataNodes, indexValueShowing, itemToSelect, sequenceOf, timesMs


@dataclass(frozen=True)
class ResultFrames:
    """Where the frames are.

    The result's sequence may hold more than them: where a browser shows an index value that the sequence lacks, Slicer
    adds a copy of the item before. That happens between the frames of a cine that is not its browser's master sequence,
    and while another scene is being loaded (see `import_guard`). Such items are no frames.

    Attributes:
        segmentationNode: shows the frame that is selected.
        browser: the vtkMRMLSequenceBrowserNode that plays it.
        sequence: the vtkMRMLSequenceNode of the segmentations.
        cine: the vtkMRMLSequenceNode of the images; `sequence` itself if they are gone.
        items: which item of `cine` each frame is.
        values: the index value of each frame in `sequence`.
    """

    segmentationNode: Any
    browser: Any
    sequence: Any
    cine: Any
    items: tuple[int, ...]
    values: tuple[str, ...]

    @property
    def isPlayed(self) -> bool:
        """Whether the browser still plays it: nodes may be removed."""
        return (
            self.browser.GetScene() is not None and self.browser.GetSequenceNode(self.segmentationNode) is self.sequence
        )

    @property
    def time_ms(self) -> NDArray[np.float64] | None:
        """Time of each frame in ms; None if the index has no unit of time."""
        times = timesMs(self.cine)
        return None if times is None else times[list(self.items)]

    def stored(self) -> list[Any]:
        """The node of each frame in the sequence; None for one that was removed."""
        return [self.sequence.GetDataNodeAtValue(value, True) for value in self.values]

    def nodes(self) -> list[Any]:
        """The same as it is now: what is being corrected may not be in the sequence yet."""
        nodes, shown = self.stored(), self._selected()
        if shown is not None and not any(_isShared(node, self.segmentationNode) for node in dataNodes(self.sequence)):
            nodes[shown] = self.segmentationNode
        return nodes

    def write(self, segmentations: Sequence[Any]) -> None:
        """Give every frame a vtkSegmentation; the sequence keeps it."""
        for node, segmentation in zip(self.stored(), segmentations, strict=True):
            if node is not None:
                give(node, segmentation)

    def shown(self) -> int | None:
        """The frame whose segmentation is in the segmentation node; None if it is none of them."""
        shared = (index for index, node in enumerate(self.stored()) if _isShared(node, self.segmentationNode))
        return next(shared, None)

    def select(self, frame: int) -> None:
        """Let the browser show a frame, from 0; without effect if it was removed."""
        if frame < len(self.items):
            self.browser.SetSelectedItemNumber(itemToSelect(self.browser, self.cine, self.items[frame]))

    def showSelected(self) -> None:
        """Bring the segmentation node, and all else that the browser plays, to what is selected there."""
        slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(self.browser)

    def dropCopies(self) -> None:
        """Remove the copies that lie between the frames; what is needed of them Slicer makes anew."""
        master = self.browser.GetMasterSequenceNode()
        for value in _values(master) if self.isPlayed and master is not self.sequence else ():
            if value not in self.values and self.sequence.GetDataNodeAtValue(value, True) is not None:
                self.sequence.RemoveDataNodeAtValue(value)

    def _selected(self) -> int | None:
        """The frame that is selected in the browser; None between them."""
        master, item = self.browser.GetMasterSequenceNode(), self.browser.GetSelectedItemNumber()
        if master is None or not 0 <= item < master.GetNumberOfDataNodes():
            return None
        node = self.sequence.GetDataNodeAtValue(master.GetNthIndexValue(item), True)
        return next((index for index, stored in enumerate(self.stored()) if node is not None and stored is node), None)


def resultFrames(segmentationNode: Any) -> ResultFrames | None:
    """The frames of a result; None of a single volume's."""
    browser = browserOf(segmentationNode)
    sequence = None if browser is None else browser.GetSequenceNode(segmentationNode)
    if sequence is None:
        return None
    cine = _cineOf(segmentationNode, browser)
    found = [] if cine is None else _found(browser, cine, sequence)
    if not found:
        cine, found = sequence, list(enumerate(_values(sequence)))
    items, values = zip(*found, strict=True)
    return ResultFrames(segmentationNode, browser, sequence, cine, items, values)


def frameNodes(segmentationNode: Any, frames: ResultFrames | None) -> list[Any]:
    """The node of each of a result's `resultFrames`; of a single volume's the segmentation itself."""
    return [segmentationNode] if frames is None else frames.nodes()


def copyOf(segmentation: Any) -> Any:
    """A vtkSegmentation of its own with the same content."""
    copy = slicer.vtkSegmentation()
    copy.DeepCopy(segmentation)
    return copy


def give(node: Any, segmentation: Any) -> None:
    """Let a node hold another segmentation, as showing another frame does: how its segments are displayed stays.

    Copying into the segmentation that it holds would remove the segments first, and with them their display settings.
    """
    node.SetAndObserveSegmentation(segmentation)
    node.Modified()


def _cineOf(segmentationNode: Any, browser: Any) -> Any:
    """The sequence of the images that were segmented, or what its browser goes by; None if there is neither."""
    volume = inputOf(segmentationNode)
    found = None if volume is None else sequenceOf(volume)
    return browser.GetMasterSequenceNode() if found is None else found[1]


def _found(browser: Any, cine: Any, sequence: Any) -> list[tuple[int, str]]:
    """Items of a cine and their index values in the result's sequence, where they have one."""
    candidates = (
        (item, value)
        for item in range(cine.GetNumberOfDataNodes())
        for value in dict.fromkeys((indexValueShowing(browser, cine, item), cine.GetNthIndexValue(item)))
        if sequence.GetDataNodeAtValue(value, True) is not None
    )
    first: dict[int, str] = {}
    for item, value in candidates:
        first.setdefault(item, value)
    return list(first.items())


def _values(sequence: Any) -> list[str]:
    return [sequence.GetNthIndexValue(item) for item in range(sequence.GetNumberOfDataNodes())]


def _isShared(node: Any, other: Any) -> bool:
    """Whether two segmentation nodes show one and the same segmentation, so that a correction of one is in both."""
    return node is not None and node.GetSegmentation() is other.GetSegmentation()
