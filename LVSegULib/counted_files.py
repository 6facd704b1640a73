"""The files of a folder that results depend on: not those that systems and commands leave there unasked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

OF_THE_SYSTEM = ("Thumbs.db", "desktop.ini", ".DS_Store", ".directory")
"""What Windows, macOS and KDE leave in folders; on foreign disks, macOS also leaves files that begin with "._"."""


def is_of_the_system(name: str) -> bool:
    """Whether a file of this name is one that systems leave in folders."""
    return name in OF_THE_SYSTEM or name.startswith("._")


def counted_files(folder: Path) -> list[Path]:
    """Every file below `folder` but hidden ones, those in hidden folders, and those of the system; in order."""
    files = (path for path in folder.rglob("*") if _counts(path.relative_to(folder)) and path.is_file())
    return in_order(folder, files)


def read_files(folder: Path) -> list[Path]:
    """Every file below `folder` that a reader of all files comes across, hidden ones too; in order."""
    return in_order(folder, (path for path in folder.rglob("*") if path.is_file() and not is_of_the_system(path.name)))


def in_order(folder: Path, files: Iterable[Path]) -> list[Path]:
    """Files below `folder` in the same order on every system; paths of Windows sort without regard to case."""
    return sorted(files, key=lambda file: file.relative_to(folder).parts)


def _counts(relative: Path) -> bool:
    return not is_of_the_system(relative.name) and not any(part.startswith(".") for part in relative.parts)
