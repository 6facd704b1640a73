"""`qt.QFileDialog` that answers what a test told it, and never opens."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class FileDialog:
    """The static functions that the panel uses; like PythonQt's they return a string, "" for Cancel."""

    answers: ClassVar[list[str]] = []
    """What the user chooses next, in order."""

    asked: ClassVar[list[tuple[str, str]]] = []
    """The caption and the folder (or file) of each dialog."""

    @classmethod
    def will_choose(cls, *paths: Path | str) -> None:
        """Let the next dialogs return `paths`."""
        cls.answers[:] = [str(path) for path in paths]
        cls.asked.clear()

    @classmethod
    def getExistingDirectory(cls, _parent: object, caption: str, folder: str) -> str:
        """Ask for a folder."""
        return cls._answer(caption, folder)

    @classmethod
    def getSaveFileName(cls, _parent: object, caption: str, path: str, _filters: str = "") -> str:
        """Ask for a file to write."""
        return cls._answer(caption, path)

    @classmethod
    def _answer(cls, caption: str, start: str) -> str:
        cls.asked.append((caption, start))
        if not cls.answers:
            raise AssertionError(f'a test opened the dialog "{caption}" and did not say what to choose')
        return cls.answers.pop(0)
