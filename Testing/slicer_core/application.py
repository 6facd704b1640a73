"""`slicer.app` as far as scripts without a window need it."""

from __future__ import annotations

import types
from typing import Any


class Application:
    """Slicer's application object without a window."""

    def __init__(self, scene: Any, logic: Any, io_manager: Any, temporary_path: str, kept: list[Any]) -> None:
        self.temporaryPath = temporary_path
        self._scene, self._logic, self._io_manager = scene, logic, io_manager
        self._kept = kept  # logics that nothing else holds

    def applicationLogic(self) -> Any:
        """Slicer's application logic."""
        return self._logic

    def mrmlScene(self) -> Any:
        """The scene."""
        return self._scene

    def coreIOManager(self) -> Any:
        """Reads and writes files."""
        return self._io_manager

    ioManager = coreIOManager

    def layoutManager(self) -> None:
        """No views, as with Slicer's option --no-main-window."""

    def testingEnabled(self) -> bool:
        """As with Slicer's option --testing."""
        return True

    def processEvents(self, *_arguments: Any) -> None:
        """There are no events."""

    def pauseRender(self) -> None:
        """There is nothing to render."""

    def resumeRender(self) -> None:
        """There is nothing to render."""

    def setRenderPaused(self, _paused: bool) -> None:
        """There is nothing to render."""

    def translate(self, _context: str, text: str) -> str:
        """No translation."""
        return text

    def commandOptions(self) -> Any:
        """As started by a script."""
        return types.SimpleNamespace(noMainWindow=True, runPythonAndExit=True)
