"""The panel's list of a network's layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _


class LayerList:
    """Shows the layers; `onChosen` gets the name of the one that the user chose."""

    def __init__(self, comboBox: Any, onChosen: Callable[[str], None]) -> None:
        self._comboBox = comboBox
        self._onChosen = onChosen
        self._layers: dict[str, int] = {}
        self._isShowing = False
        comboBox.connect("currentIndexChanged(int)", self._choose)

    def show(self, layers: dict[str, int], chosen: str) -> None:
        """Show the filter count of every layer by its name, and which is chosen."""
        self._isShowing = True
        if layers != self._layers:
            self._layers = dict(layers)
            self._comboBox.clear()
            self._comboBox.addItems([_("{layer} ({count})").format(layer=name, count=n) for name, n in layers.items()])
        self._comboBox.currentIndex = list(layers).index(chosen)
        self._isShowing = False

    def _choose(self, index: int) -> None:
        if not self._isShowing and index >= 0:
            self._onChosen(list(self._layers)[index])
