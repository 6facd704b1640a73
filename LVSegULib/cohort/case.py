"""One case of a cohort: a cine to be found under a name, whether in one file, in a folder, or among other files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Found:
    """A cine that was found.

    Attributes:
        key: what stays the same when it is found again: its path inside the root, the patient and study of its DICOM
            files, or its name in the list.
        names: what its outputs may be called, the shortest first; those after it tell it from others of that name.
        path: the image file, or the folder of its DICOM files.
        series: the DICOM series to take, where the list says so.
        files: its DICOM files, where the folder holds others too; None: all of `path`.
        fingerprint: see `fingerprint_of`; "" where there is nothing to be read.
    """

    key: str
    names: tuple[str, ...]
    path: Path
    series: str | None
    files: tuple[Path, ...] | None
    fingerprint: str


@dataclass(frozen=True)
class Case:
    """A cine that has got its name in the cohort.

    Attributes:
        name: what its folder and its outputs are called; no other case of the cohort has it, in letters of either case.
        found: the cine.
    """

    name: str
    found: Found


def fingerprint_of(entries: Iterable[tuple[str, os.stat_result]]) -> str:
    """A hash of files' names, sizes and times of change; another one means that they must be looked at again."""
    lines = [f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n" for name, state in entries]
    return hashlib.sha256("".join(sorted(lines)).encode("utf-8", "surrogateescape")).hexdigest()
