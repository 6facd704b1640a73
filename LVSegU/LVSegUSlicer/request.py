"""What the logic is asked for, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from slicer.i18n import tr as _

from LVSegULib.errors import UsageError
from LVSegULib.measures.volumes import Measures
from LVSegULib.modelfolder.names import DEFAULT_MODEL
from LVSegUSlicer.scene_quality import SceneQuality


@dataclass(frozen=True)
class Request:
    """One press of Apply.

    Attributes:
        inputNode: vtkMRMLScalarVolumeNode (plain, or proxy of a sequence), vtkMRMLSequenceNode of volumes, or
            vtkMRMLSequenceBrowserNode.
        model: name of an installed model, or path of a model folder.
        allFrames: all frames of a sequence, or the one that is shown.
        engine: "onnxruntime", "torch", or "auto" for the fastest that is installed.
        threads: processor threads; None leaves it to the engine (the physical cores).
        smoothing: of the 3-D surface, 0 (none) to 1; the volumes in mL do not depend on it.
        keepHeart: keep the heart's component, fill holes, leave out slices above the base.
        show3D: show the surface in the 3-D views.

    Raises:
        UsageError: `smoothing` is out of its range.
    """

    inputNode: Any
    model: str = DEFAULT_MODEL
    allFrames: bool = True
    engine: str = "auto"
    threads: int | None = None
    smoothing: float = 0.5
    keepHeart: bool = True
    show3D: bool = True

    def __post_init__(self) -> None:
        if not 0.0 <= self.smoothing <= 1.0:
            raise UsageError(
                _("smoothing must lie between 0 (none) and 1, got {value}").format(value=f"{self.smoothing:g}")
            )


@dataclass(frozen=True)
class Results:
    """What came out; the nodes are in the scene.

    Attributes:
        segmentationNode: vtkMRMLSegmentationNode; for a cine the proxy of a segmentation sequence.
        browserNode: vtkMRMLSequenceBrowserNode that plays it, None for a single volume.
        measuresTableNode: vtkMRMLTableNode with LVEDV, LVESV, LVSV, LVEF, and what the model's other labels give.
        framesTableNode: vtkMRMLTableNode with the volume of every frame.
        chartNode: vtkMRMLPlotChartNode of volume over time, None for a single volume.
        measures: the numbers, mL and per cent, with what the user should look at before trusting them.
        seconds: time of each step, by name.
        quality: the slices to look at; None where the model has no calibration for it.
    """

    segmentationNode: Any
    browserNode: Any | None
    measuresTableNode: Any
    framesTableNode: Any
    chartNode: Any | None
    measures: Measures
    seconds: dict[str, float] = field(default_factory=dict)
    quality: SceneQuality | None = None

    @property
    def isPlayable(self) -> bool:
        """Whether all of its frames can be reached: the browser of a sequence may have been removed."""
        return self.browserNode is not None or len(self.measures.volumes_ml) == 1

    @property
    def isWhole(self) -> bool:
        """Whether its tables and its chart are still in the scene."""
        nodes = (self.measuresTableNode, self.framesTableNode, self.chartNode)
        return all(node is None or node.GetScene() is not None for node in nodes)
