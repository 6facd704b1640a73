"""What belongs to this computer and not to a scene: engine, threads, folders, in Slicer's settings."""

from __future__ import annotations

import json
import os
from pathlib import Path

import qt

from LVSegULib.json_text import NotJson, json_of
from LVSegUSlicer.packages import ENGINES

_ENGINE, _THREADS, _FOLDER = "LVSegU/Engine", "LVSegU/Threads", "LVSegU/LastFolder"
_MODELS, _MOST_MODELS = "LVSegU/Models", 100

AUTOMATIC = "auto"
"""The engine that is chosen when it runs: the fastest one that is installed."""


def engine() -> str:
    """The engine to use: "auto", or one of `LVSegUSlicer.packages.ENGINES`; "auto" if the setting is none of these."""
    value = str(qt.QSettings().value(_ENGINE, AUTOMATIC))
    return value if value in ENGINES else AUTOMATIC


def setEngine(name: str) -> None:
    """Remember the engine."""
    qt.QSettings().setValue(_ENGINE, name)


def mostThreads() -> int:
    """Processors of this computer."""
    return os.cpu_count() or 1


def threads() -> int | None:
    """Processor threads to use, 1 to `mostThreads()`; None leaves it to the engine."""
    try:
        value = int(qt.QSettings().value(_THREADS, 0))
    except (TypeError, ValueError):  # a settings file that was edited by hand
        return None
    return min(value, mostThreads()) if value > 0 else None


def setThreads(count: int | None) -> None:
    """Remember the number of threads; None leaves it to the engine."""
    qt.QSettings().setValue(_THREADS, count or 0)


def lastFolder() -> str:
    """The folder that was chosen last, or the home folder."""
    folder = str(qt.QSettings().value(_FOLDER, ""))
    return folder if folder and Path(folder).is_dir() else str(Path.home())


def setLastFolder(folder: str) -> None:
    """Remember the folder."""
    qt.QSettings().setValue(_FOLDER, folder)


def ownModels() -> list[str]:
    """The model folders that the user chose on this computer."""
    try:
        folders = json_of(str(qt.QSettings().value(_MODELS, "[]")))
    except NotJson:  # a settings file that was edited by hand
        return []
    return [folder for folder in folders if isinstance(folder, str)] if isinstance(folders, list) else []


def addOwnModel(folder: str | Path) -> None:
    """Remember a model folder that the user chose."""
    folders = [*(other for other in ownModels() if other != str(folder)), str(folder)]
    qt.QSettings().setValue(_MODELS, json.dumps(folders[-_MOST_MODELS:]))
