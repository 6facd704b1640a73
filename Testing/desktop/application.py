"""Stand-in for the application object and its main window, on top of slicer-core's real scene and logics."""

from __future__ import annotations

import sys
import tempfile
import types
from typing import Any

from PyQt6.QtCore import QSettings, pyqtSignal
from PyQt6.QtWidgets import QApplication, QWidget


class SlicerApplication(QApplication):
    """`slicer.app`: Qt's application; what concerns MRML goes to `core`, slicer-core's application object."""

    _stands_in_for_cpp = True
    startupCompleted = pyqtSignal()

    def __init__(self, core: Any) -> None:
        super().__init__(sys.argv[:1])
        self._core = core
        self._settings_folder = tempfile.TemporaryDirectory(prefix="lvsegu-settings-")
        self.setApplicationName("Slicer")
        self.setOrganizationName("LVSegU tests")
        QSettings.setDefaultFormat(QSettings.Format.IniFormat)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, self._settings_folder.name)

    def testingEnabled(self) -> bool:
        """As with Slicer's option --testing: messages are logged, no box opens."""
        return True

    def layoutManager(self) -> None:
        """No views, as with Slicer's option --no-main-window."""

    def settings(self) -> QSettings:
        """The user's settings, in a temporary folder."""
        return QSettings()

    def applicationLogic(self) -> Any:
        """Slicer's application logic."""
        return self._core.applicationLogic()

    def mrmlScene(self) -> Any:
        """The scene."""
        return self._core.mrmlScene()

    def coreIOManager(self) -> Any:
        """Reads and writes files."""
        return self._core.coreIOManager()

    ioManager = coreIOManager

    @property
    def temporaryPath(self) -> str:
        """A folder for temporary files."""
        return str(self._core.temporaryPath)

    def pauseRender(self) -> None:
        """There is nothing to render."""

    def resumeRender(self) -> None:
        """There is nothing to render."""

    def setRenderPaused(self, _paused: bool) -> None:
        """There is nothing to render."""


class ModuleSelector:
    """The list of modules in the tool bar."""

    def __init__(self) -> None:
        self.selected: list[str] = []

    def selectModule(self, name: str) -> None:
        """Switch to a module."""
        self.selected.append(name)


class MainWindow(QWidget):
    """The main window, of which `slicer.util.selectModule` needs the list of modules."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self._selector = ModuleSelector()

    def moduleSelector(self) -> ModuleSelector:
        """The list of modules."""
        return self._selector


def showSequenceBrowser(browserNode: Any) -> bool:
    """`slicer.modules.sequences.showSequenceBrowser`: there is no tool bar that could play it."""
    if not browserNode.IsA("vtkMRMLSequenceBrowserNode"):
        raise ValueError(f"{browserNode.GetClassName()} is no sequence browser")
    return False


def module_with_widget(name: str, **members: Any) -> Any:
    """A C++-side module whose `widgetRepresentation().self()` has these members."""
    widget = types.SimpleNamespace(**members)
    representation = types.SimpleNamespace(self=lambda: widget)
    return types.SimpleNamespace(name=name, widgetRepresentation=lambda: representation)
