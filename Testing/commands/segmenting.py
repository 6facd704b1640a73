"""What tests of `lvsegu segment` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

ENDINGS = {".seg.nrrd", ".nii.gz", ".csv", ".json", ".png"}

Segment = Callable[..., int]


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def results_of(*names: str) -> set[str]:
    return {name + ending for name in names for ending in ENDINGS}
