"""What the user chose in the panel, as it is saved in the scene and comes back with it."""

from __future__ import annotations

import enum
from typing import Annotated, Union

from slicer import vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode, vtkMRMLSequenceBrowserNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper

from LVSegULib.modelfolder.names import DEFAULT_MODEL


class Frames(enum.Enum):
    """Which frames of a sequence are segmented; the names are what the scene file holds."""

    ALL = "all"
    CURRENT = "current"

    def label(self) -> str:
        """The words in the panel's list (Slicer asks for them when it connects the list)."""
        return _("All frames") if self is Frames.ALL else _("Current frame only")


@parameterNodeWrapper
class LVSegUParameterNode:
    """The panel's parameters.

    Attributes:
        inputNode: volume (plain, or proxy of a sequence) or sequence browser to segment; None before one is chosen.
        frames: all frames of a sequence, or the one that is shown.
        model: name of an installed model, or path of a model folder; see `LVSegUSlicer.model_list.chosenModel`.
        smoothing: of the 3-D surface, 0 (none) to 1; the volumes in mL do not depend on it.
        keepHeart: keep the heart's component, fill holes, leave out slices above the base.
        show3D: show the surface in the 3-D views.
        segmentation: the result that the panel shows.
    """

    inputNode: Union[vtkMRMLScalarVolumeNode, vtkMRMLSequenceBrowserNode, None]  # noqa: UP007 (Slicer 5.10 wants it so)
    frames: Frames = Frames.ALL
    model: str = DEFAULT_MODEL
    smoothing: Annotated[float, WithinRange(0.0, 1.0)] = 0.5
    keepHeart: bool = True
    show3D: bool = True
    segmentation: vtkMRMLSegmentationNode
