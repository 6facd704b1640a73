"""The panel's section Model: the list of models, and what is to be known about the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from LVSegUSlicer import settings
from LVSegUSlicer.messages import asToolTip, attention, showError
from LVSegUSlicer.model_list import ModelEntry, listModels, ownModel


class ModelView:
    """Shows the models; `onChosen` gets the name or folder of the one that the user chose."""

    def __init__(self, ui: Any, onChosen: Callable[[str], None]) -> None:
        self.ui = ui
        self._onChosen = onChosen
        self._entries: list[ModelEntry] = []
        self._isShowing = False
        self.ui.modelComboBox.connect("currentIndexChanged(int)", self._chooseInstalled)
        self.ui.modelFolderButton.connect("clicked(bool)", self._chooseFolder)

    def show(self, model: str) -> str:
        """Show a model as chosen; returns why it cannot be used, "" if it can."""
        if model not in [entry.model for entry in self._entries]:
            self._fill(model)
        index = [entry.model for entry in self._entries].index(model)
        self._select(index)
        entry = self._entries[index]
        self.ui.modelLabel.text = entry.details
        self.ui.modelComboBox.toolTip = asToolTip(entry.model)
        self._showLicence(entry)
        return entry.problem

    def forget(self) -> None:
        """Read the models anew when one is shown next: folders come, go and change."""
        self._entries = []

    def _showLicence(self, entry: ModelEntry) -> None:
        """Say it in a colour of its own where the model is for research only."""
        for widget in (self.ui.licenceCaption, self.ui.licenceLabel):
            widget.visible = bool(entry.licence)
            widget.toolTip = asToolTip(entry.licenceMeaning)
        self.ui.licenceLabel.text = entry.licence
        self.ui.licenceLabel.styleSheet = attention("licenceLabel") if entry.isRestricted else ""

    def _fill(self, chosen: str) -> None:
        self._entries = listModels(chosen)
        self._isShowing = True
        self.ui.modelComboBox.clear()
        self.ui.modelComboBox.addItems([entry.title for entry in self._entries])
        self._isShowing = False

    def _select(self, index: int) -> None:
        self._isShowing = True
        self.ui.modelComboBox.currentIndex = index
        self._isShowing = False

    def _chooseInstalled(self, index: int) -> None:
        if not self._isShowing and index >= 0:
            self._onChosen(self._entries[index].model)

    def _chooseFolder(self) -> None:
        title = _("Folder of a model (it holds model.json)")
        folder = qt.QFileDialog.getExistingDirectory(self.ui.LVSegU, title, settings.lastFolder())
        if not folder:
            return
        entry = ownModel(folder)
        if entry.problem:
            showError(entry.problem)
            return
        settings.setLastFolder(folder)
        settings.addOwnModel(folder)
        self.forget()
        self._onChosen(folder)
