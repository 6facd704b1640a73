"""Activation maps of the frame that is shown, kept so that a beat is computed once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from LVSegULib.network.config import level_of
from LVSegULib.visualization.filters import Filter
from LVSegULib.visualization.inspector import Inspector
from LVSegUSlicer.filter_source import FilterSource

Maps = NDArray[np.float32]

MOST_BYTES = 200_000_000
"""Maps that are kept: of the default model's largest layer about 60 frames of 12 slices."""


class FilterMaps:
    """The maps of an input; a frame and layer that was seen lately costs nothing."""

    def __init__(self, inspector: Inspector, source: FilterSource, mostBytes: int = MOST_BYTES) -> None:
        self.inspector, self.source = inspector, source
        self._mostBytes = mostBytes
        self._kept: OrderedDict[tuple[object, ...], Maps] = OrderedDict()

    def of(self, frame: int, layer: str, off: Collection[Filter] = ()) -> Maps:
        """The maps (K, filters, rows, columns) of all slices of a frame, with the filters `off` turned off.

        Raises:
            LVSegUError: the network has no such layer, or the engine failed.
        """
        key = (frame, layer, frozenset(off))
        if key not in self._kept:
            self._kept[key] = self.inspector.look(self.source.images[frame], [layer], off).maps[layer]
            self._forgetOldest()
        self._kept.move_to_end(key)
        return self._kept[key]

    def matrix(self, layer: str) -> NDArray[np.float64]:
        """The 4x4 matrix from the voxels of a layer's maps to RAS in the world, mm."""
        return self.source.matrices[level_of(layer, self.inspector.model.spec.network.depth)]

    @property
    def keptBytes(self) -> int:
        """How much is kept."""
        return sum(maps.nbytes for maps in self._kept.values())

    def _forgetOldest(self) -> None:
        while self.keptBytes > self._mostBytes and len(self._kept) > 1:
            self._kept.popitem(last=False)
