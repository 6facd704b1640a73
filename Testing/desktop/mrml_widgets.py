"""Stand-ins for the simpler qMRML widgets; they have no more members than the real ones (widget_api.json)."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import pyqtProperty, pyqtSignal
from PyQt6.QtWidgets import QWidget


class qMRMLWidget(QWidget):
    """A widget that passes the scene on."""

    _stands_in_for_cpp = True
    mrmlSceneChanged = pyqtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None

    def setMRMLScene(self, scene: Any) -> None:
        """Set the scene and tell the widgets that are connected."""
        self._scene = scene
        self.mrmlSceneChanged.emit(scene)

    def mrmlScene(self) -> Any:
        """The scene."""
        return self._scene


class ModuleWidget(qMRMLWidget):
    """The widget that a scripted module's panel fills (qSlicerScriptedLoadableModuleWidget)."""

    isEntered = pyqtProperty(bool, lambda self: self._is_entered)

    def __init__(self) -> None:
        super().__init__()
        self._is_entered = False


class qMRMLSegmentEditorWidget(qMRMLWidget):
    """The Segment Editor, of which only what it was told to edit is kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segmentation: Any = None
        self._volume: Any = None

    def setSegmentationNode(self, node: Any) -> None:
        """Edit this segmentation."""
        self._segmentation = node

    def segmentationNode(self) -> Any:
        """The segmentation that is edited."""
        return self._segmentation

    def setSourceVolumeNode(self, node: Any) -> None:
        """Show this volume below it."""
        self._volume = node

    def sourceVolumeNode(self) -> Any:
        """The volume shown below."""
        return self._volume
