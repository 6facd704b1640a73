"""A small cohort: phantom cines, a model that is sure of them, and what the code is called with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from LVSegULib.cohort.case import Case, Found, fingerprint_of
from LVSegULib.cohort.cohort import Settings, recipe_of
from LVSegULib.cohort.manifest import DONE, Ending, Recipe
from LVSegULib.cohort.task import Job
from Testing.bright_pixels import write_phantom

RECIPE = Recipe("bright", "0" * 64, "onnxruntime")
START_SECONDS = 0.5
"""Time in which a worker's start is noticed, on a busy machine too; one that dies before is not started anew."""

ENDING = Ending(
    DONE, "", "2026-01-01T00:00:00.000+00:00", "2026-01-01T00:00:01.000+00:00", "ab", {"LVEF_percent": 64.0}
)


def found_file(path: Path) -> Found:
    return Found(path.name, (path.name.partition(".")[0],), path, None, None, fingerprint_of([("", path.stat())]))


def a_case(path: Path) -> Case:
    found = found_file(path)
    return Case(found.names[0], found)


def write_cohort(folder: Path, names: Sequence[str] = ("anna", "bert", "cleo")) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        write_phantom(folder / f"{name}.nii.gz", (20, 18 - number, 12 + number))
    return folder


def job_for(model: Path, out: Path) -> Job:
    _, recipe = recipe_of(Settings(str(model), "onnxruntime"))
    return Job(out / "cases", str(model), recipe, threads=1)


def touch(path: Path) -> None:
    """Change a file's time, and nothing else."""
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 10**9))
