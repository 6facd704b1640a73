"""Going to a frame of a result."""

from __future__ import annotations

from typing import Any

import slicer


def goToFrame(segmentationNode: Any, frame: int) -> None:
    """Select a frame, from 0, in the browser that plays a segmentation; without a browser nothing happens."""
    browser = browserOf(segmentationNode)
    if browser is not None:
        browser.SetSelectedItemNumber(frame)


def browserOf(segmentationNode: Any) -> Any:
    """The vtkMRMLSequenceBrowserNode that plays a segmentation; None for a single volume's."""
    return slicer.modules.sequences.logic().GetFirstBrowserNodeForProxyNode(segmentationNode)
