"""The panel's choices that belong to this computer: engine and threads."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from LVSegUSlicer import settings
from LVSegUSlicer.packages import ENGINES, TITLES, readyEngines


class MachineView:
    """Shows engine and threads as the settings have them, and keeps what the user chooses there."""

    def __init__(self, ui: Any) -> None:
        self.ui = ui
        self._engines = (settings.AUTOMATIC, *ENGINES)
        self.ui.engineComboBox.addItems([engineTitle(name) for name in self._engines])
        self.ui.engineComboBox.currentIndex = self._engines.index(settings.engine())
        self.ui.threadsSpinBox.maximum = settings.mostThreads()
        self.ui.threadsSpinBox.value = settings.threads() or 0
        self.ui.engineComboBox.connect("currentIndexChanged(int)", self._setEngine)
        self.ui.threadsSpinBox.connect("valueChanged(int)", self._setThreads)

    def show(self) -> None:
        """Say which engines are installed now."""
        for index, name in enumerate(self._engines):
            self.ui.engineComboBox.setItemText(index, engineTitle(name))

    def _setEngine(self, index: int) -> None:
        settings.setEngine(self._engines[index])

    def _setThreads(self, count: int) -> None:
        settings.setThreads(count or None)


def engineTitle(name: str) -> str:
    """An engine's name in the list, and whether Apply installs it."""
    if name == settings.AUTOMATIC:
        return _("Automatic (the fastest installed)")
    title = TITLES[name]
    return title if name in readyEngines() else _("{engine} (installed on Apply)").format(engine=title)
