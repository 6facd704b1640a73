"""The panel's grid of small pictures, one for each filter of a layer: its activation map, or its kernels."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
import qt
from numpy.typing import NDArray
from slicer.i18n import tr as _

from LVSegULib.visualization.filters import Filter
from LVSegULib.visualization.kernels import LayerKernels
from LVSegUSlicer.filter_colours import KERNEL_COLOURS, MAP_COLOURS

Pictures = NDArray[np.uint8]
"""(filters, rows, columns, 3)."""

SIDE = 64
"""Of a picture in the panel, in pixels; the panel's file says the same."""


def mapPictures(maps: NDArray[np.float32]) -> Pictures:
    """Pictures of the maps (filters, rows, columns) of a slice, each as bright as its own brightest pixel."""
    brightest = maps.max(axis=(1, 2), keepdims=True)
    shares = np.divide(maps, brightest, out=np.zeros_like(maps), where=brightest > 0)
    return MAP_COLOURS[_places(shares), :3]


def kernelPictures(layer: LayerKernels) -> Pictures:
    """Pictures of the kernels of each filter, those of all its channels side by side; one scale for the layer."""
    filters, channels, rows, columns = layer.kernels.shape
    across = int(np.ceil(np.sqrt(channels)))
    room = np.zeros((filters, across * across, rows + 1, columns + 1), np.float32)
    room[:, :channels, :rows, :columns] = layer.kernels / (layer.scale or 1.0)
    tiles = room.reshape(filters, across, across, rows + 1, columns + 1).swapaxes(2, 3)
    whole = tiles.reshape(filters, across * (rows + 1), across * (columns + 1))
    return KERNEL_COLOURS[_places((whole[:, :-1, :-1] + 1) / 2)]


class FilterThumbnails:
    """Shows the filters of a layer; `onChosen` gets the place of the one that the user clicks."""

    def __init__(self, ui: Any, onChosen: Callable[[int], None]) -> None:
        self.ui = ui
        self._onChosen = onChosen
        self._isShowing = False
        self._layer = ""
        self.ui.filterList.connect("currentRowChanged(int)", self._choose)

    def show(self, layer: str, count: int, chosen: int, off: Collection[Filter]) -> None:
        """Show a layer's filters as numbers, which of them is chosen, and which are off."""
        filters = self.ui.filterList
        self._isShowing = True
        if layer != self._layer or count != filters.count:
            filters.clear()
            filters.addItems([str(index) for index in range(count)])
            self._layer = layer
        for index in range(count):
            item = filters.item(index)
            isOff = Filter(layer, index) in off
            item.setText(_("{number} off").format(number=index) if isOff else str(index))
            item.setToolTip(str(Filter(layer, index)))
        filters.currentRow = chosen
        self._isShowing = False

    def clear(self) -> None:
        """Show no filter."""
        self._isShowing = True
        self.ui.filterList.clear()
        self._layer = ""
        self._isShowing = False

    def draw(self, pictures: Pictures) -> None:
        """Give every filter its picture."""
        for index, pixmap in enumerate(_pixmaps(pictures)):
            self.ui.filterList.item(index).setIcon(qt.QIcon(pixmap))

    def _choose(self, index: int) -> None:
        if not self._isShowing and index >= 0:
            self._onChosen(index)


def _places(shares: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Places in a table of colours of shares, 0 to 1; what lies outside is cut off."""
    return np.rint(255 * np.clip(shares, 0.0, 1.0)).astype(np.uint8)


def _pixmaps(pictures: Pictures) -> list[Any]:
    """As QPixmaps, by way of one file: PythonQt takes no pixels from Python."""
    from PIL import Image

    count, rows, columns, channels = pictures.shape
    sheet = Image.fromarray(pictures.reshape(count * rows, columns, channels))
    with tempfile.TemporaryDirectory(prefix="lvsegu-") as folder:
        path = Path(folder) / "filters.bmp"
        sheet.resize((SIDE, count * SIDE), Image.Resampling.BOX).save(path)
        whole = qt.QPixmap(str(path))
    return [whole.copy(0, index * SIDE, SIDE, SIDE) for index in range(count)]
