"""The panel's section Input: what was recognised, or why it cannot be segmented."""

from __future__ import annotations

from typing import Any

import slicer
from slicer.i18n import tr as _

from LVSegUSlicer.messages import explain
from LVSegUSlicer.parameter_node import Frames
from LVSegUSlicer.scene_reader import describeInput, sequenceOf
from LVSegUSlicer.sequences import volumeOf


def likelyInput() -> Any:
    """The first volume of the scene that can be segmented, one of a sequence if there is any; None without one."""
    nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    shown = [node for node in nodes if not node.GetHideFromEditors()]
    ranked = sorted(shown, key=lambda node: sequenceOf(node) is None)
    return next((node for node in ranked if not _recognise(node, Frames.ALL)[1]), None)


def showInViews(node: Any) -> None:
    """Show a volume (or the volumes of a sequence browser) in the slice views, and the buttons that play it.

    Nothing happens where there are no views.
    """
    if node is None or slicer.app.layoutManager() is None:
        return
    found = sequenceOf(node)
    if found is not None:
        slicer.modules.sequences.showSequenceBrowser(found[0])
    volume = volumeOf(node)
    if volume is not None:
        slicer.util.setSliceViewerLayers(background=volume, fit=True, rotateToVolumePlane=True)


class InputView:
    """Shows what the chosen input is."""

    def __init__(self, ui: Any) -> None:
        self.ui = ui

    def show(self, inputNode: Any, frames: Frames) -> str:
        """Show what was recognised; returns why the input cannot be segmented, "" if it can."""
        text, problem = _recognise(inputNode, frames)
        isSequence = inputNode is not None and sequenceOf(inputNode) is not None
        self.ui.framesComboBox.enabled = isSequence
        self.ui.framesLabel.enabled = isSequence
        self.ui.inputLabel.text = text or problem
        return problem


def _recognise(inputNode: Any, frames: Frames) -> tuple[str, str]:
    """What an input is, or why it cannot be segmented."""
    if inputNode is None:
        return "", _("Choose a short-axis cine or volume above, or load the sample data.")
    try:
        return describeInput(inputNode, allFrames=frames is Frames.ALL), ""
    except Exception as error:  # whatever it is, the panel goes on and says so
        return "", explain(error)
