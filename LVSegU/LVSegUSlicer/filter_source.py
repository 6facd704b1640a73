"""What a network sees of an input: its slices frame by frame, where the maps of each level lie, and what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray
from slicer.i18n import tr as _

from LVSegULib.errors import InputError
from LVSegULib.preparation.prepare import prepare_images
from LVSegULib.visualization.inspector import Inspector
from LVSegULib.visualization.registration import grid_seen, map_ijk_to_ras
from LVSegUSlicer.scene_reader import readInput
from LVSegUSlicer.sequences import itemShown


@dataclass(frozen=True)
class FilterSource:
    """An input as the network sees it.

    Attributes:
        name: of the input.
        volumeID: the volume node that is shown in the slice views.
        browserID: the vtkMRMLSequenceBrowserNode that plays it; None of a single volume.
        items: which items of the sequence the frames are.
        images: (T, K, 1, rows, columns) in 0..1, with one scale for all.
        matrices: by level, the 4x4 matrix from a map's voxels (i, j, k, 1) to RAS in the world, mm.
    """

    name: str
    volumeID: str
    browserID: str | None
    items: tuple[int, ...]
    images: NDArray[np.float32]
    matrices: tuple[NDArray[np.float64], ...]

    @property
    def volume(self) -> Any:
        """The volume node.

        Raises:
            InputError: it was removed.
        """
        node = slicer.mrmlScene.GetNodeByID(self.volumeID)
        if node is None:
            raise InputError(_("{name}: the input was removed: choose another one").format(name=self.name))
        return node

    def frameShown(self) -> int:
        """The frame that is shown, as an index of `images`."""
        if self.browserID is None or len(self.items) == 1:
            return 0
        browser, volume = (slicer.mrmlScene.GetNodeByID(nodeID) for nodeID in (self.browserID, self.volumeID))
        sequence = None if browser is None or volume is None else browser.GetSequenceNode(volume)
        shown = 0 if sequence is None else itemShown(browser, sequence)
        return min(max(shown, 0), len(self.items) - 1)

    def sliceAt(self, ras: NDArray[np.float64]) -> int:
        """The slice that is nearest to a point of the world (3,), RAS in mm."""
        ijk = np.linalg.solve(self.matrices[0], np.append(ras, 1.0))
        return int(np.clip(np.rint(ijk[2]), 0, self.images.shape[1] - 1))


def readSource(inputNode: Any, inspector: Inspector, *, allFrames: bool) -> FilterSource:
    """Read an input and prepare it as for segmenting it: `allFrames`, or the one that is shown.

    Raises:
        LVSegUError: the input cannot be segmented, or the engine failed.
    """
    read = readInput(inputNode, allFrames=allFrames)
    cine, depth = read.cine, inspector.model.spec.network.depth
    grid = grid_seen(cine, inspector)
    images = prepare_images(cine, grid)
    return FilterSource(
        name=cine.name,
        volumeID=read.inputNodeID,
        browserID=read.browserID,
        items=read.items,
        images=images.reshape(cine.frame_count, cine.slice_count, *images.shape[1:]),
        matrices=tuple(map_ijk_to_ras(cine, grid, level) for level in range(depth + 1)),
    )
