"""One case of a cohort on a worker: read, segment, write, and say what became of it. Doing it again changes nothing."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import hashlib
import json
import os
import shutil
import socket
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib import __version__
from LVSegULib.atomic import HALF_WRITTEN, cannot_write, write_text
from LVSegULib.cohort.case import Case
from LVSegULib.cohort.manifest import DONE, FAILED, Ending, Recipe
from LVSegULib.cohort.receipt import RECEIPT, THUMBNAIL, files_of, hash_input, read_receipt, write_receipt
from LVSegULib.cohort.table import VOLUMES
from LVSegULib.errors import ModelError, OutputError, UsageError, describe, is_fault

if TYPE_CHECKING:
    from LVSegULib.modelfolder.spec import ModelSpec
    from LVSegULib.segmentation.to_files import Outcome, Segmenter

TRACEBACK = "traceback.txt"
"""Where a fault in LVSegU came from, in the folder of the case that met it."""


@dataclass(frozen=True)
class Job:
    """What a worker needs to know, beside the case.

    Attributes:
        cases: the folder of the cases' folders.
        model: name of an installed model, or its folder, as `find_model` takes it.
        recipe: what the model and the engine must be.
        threads: processor threads for the network.
        version: the LVSegU that hands the cases out.
    """

    cases: Path
    model: str
    recipe: Recipe
    threads: int
    version: str = __version__


def model_hash(spec: ModelSpec) -> str:
    """Hash of what the files of a case follow from: all that `model.json` says but words, training and figures."""
    quality = {name: value for name, value in spec.quality.items() if name != "figures"}
    decisive = dataclasses.replace(spec, description="", citations=(), training={}, figures={}, quality=quality)
    text = json.dumps(json.loads(decisive.to_json()), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def do_case(case: Case, job: Job) -> Ending:
    """Do one case, or find that it is done already; whatever is wrong with the case becomes its reason.

    Raises:
        OutputError: the results cannot be written, which would meet the next case as well.
        ModelError, EngineError, UsageError: this worker has not what it takes.
    """
    segmenter = _segmenter(job)
    folder, started = job.cases / case.name, _now()
    if folder.is_symlink():
        reason = f"{folder}: is a link, and would lead the results elsewhere: remove it"
        return Ending(FAILED, reason, started, _now(), None, {"lvsegu": __version__})
    try:
        is_regular = case.found.path.is_file() or case.found.path.is_dir()  # a pipe would be waited for, for ever
        input_sha256 = hash_input(case.found) if is_regular else None
    except OSError as error:
        return _failed(folder, case, started, None, error)
    if input_sha256 and (ending := read_receipt(folder, case.name, job.recipe, input_sha256)):
        return ending
    _tidy(folder)
    _remove(folder, [TRACEBACK])
    try:
        return _segment(case, folder, segmenter, job.recipe, started, input_sha256)
    except OutputError:
        raise
    except Exception as error:  # whatever is wrong with one case must not cost the others
        return _failed(folder, case, started, input_sha256, error)


def _segmenter(job: Job) -> Segmenter:
    if job.version != __version__:
        raise UsageError(
            f"{socket.gethostname()} has LVSegU {__version__}, the cohort is run by {job.version}: install the same"
        )
    return _open(job.model, job.recipe.model_sha256, job.recipe.engine, job.threads)


@functools.lru_cache(maxsize=1)
def _open(name: str, sha256: str, engine: str, threads: int) -> Segmenter:
    """The model, loaded once in each worker."""
    from LVSegULib.engines.base import open_engine
    from LVSegULib.modelfolder.folder import find_model
    from LVSegULib.segmentation.to_files import Segmenter

    model = find_model(name)
    if model_hash(model.spec) != sha256:
        raise ModelError(f"{socket.gethostname()} has another model {name}: install the same LVSegU on every machine")
    return Segmenter(model, open_engine(model, engine, threads), threads)


def _segment(
    case: Case, folder: Path, segmenter: Segmenter, recipe: Recipe, started: str, input_sha256: str | None
) -> Ending:
    from LVSegULib.pictures.thumbnail import thumbnail, write_thumbnail
    from LVSegULib.reading import read_cine
    from LVSegULib.segmentation.to_files import segment_cine_to_files

    start, found = time.perf_counter(), case.found
    cine = dataclasses.replace(read_cine(found.path, found.series, found.files), name=case.name)
    outcome = segment_cine_to_files(cine, folder, segmenter, start, is_timed=False)
    labels, regions = outcome.found.segmentation.labels, segmenter.model.spec.labels
    write_thumbnail(folder / f"{case.name}{THUMBNAIL}", thumbnail(cine, labels, regions, outcome.found.measures))
    ending = Ending(DONE, "", started, _now(), input_sha256, _figures(outcome))
    write_receipt(folder, recipe, ending)
    return ending


def _figures(outcome: Outcome) -> dict[str, Any]:
    """The columns of the table that the case itself fills."""
    cine, measures = outcome.cine, outcome.found.measures
    spacing = {f"spacing_{axis}_mm": mm for axis, mm in zip("kji", cine.spacing_mm, strict=True)}
    quality = outcome.found.segmentation.quality
    volumes_ml = outcome.found.volumes_ml if cine.frame_count == 1 else {}
    values = {
        "frames": cine.frame_count,
        "slices": cine.slice_count,
        "rows": cine.frames.shape[2],
        "columns": cine.frames.shape[3],
        **spacing,
        **measures.figures(),
        **{name: volumes_ml[label.value][0] for name, label in VOLUMES.items() if label.value in volumes_ml},
        "quality": None if quality is None else round(quality.patient, 4),
        "flagged_slices": None if quality is None else len(quality.flags),
        "warnings": "; ".join(measures.warnings),
        **{f"seconds_{step}": seconds for step, seconds in outcome.seconds.items()},
        "memory_mb": memory_mb(),
        "worker": f"{socket.gethostname()}-{os.getpid()}",
        "lvsegu": __version__,
    }
    return {name: value for name, value in values.items() if value is not None}


def memory_mb() -> float:
    """Memory that this process holds, MB."""
    import psutil

    return round(float(psutil.Process().memory_info().rss) / 1e6, 1)


def _failed(folder: Path, case: Case, started: str, input_sha256: str | None, error: Exception) -> Ending:
    """The ending of a case that cannot be done; what an earlier input of it gave does not stay beside that.

    Of a fault in LVSegU the traceback is written, as a worker has no --debug.
    """
    _remove(folder, sorted(files_of(case.name) | {TRACEBACK}, key=lambda name: name != RECEIPT))
    if is_fault(error):
        write_text(folder / TRACEBACK, "".join(traceback.format_exception(error)))
    reason = describe(error, f"report it with {TRACEBACK}, which is in the folder of the case")
    return Ending(FAILED, reason, started, _now(), input_sha256, {"lvsegu": __version__})


def _remove(folder: Path, names: Sequence[str]) -> None:
    """Remove files of these names, and the folder if nothing else is in it."""
    try:
        for name in names:
            (folder / name).unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    except OSError as error:
        raise cannot_write(folder, error) from error


def _tidy(folder: Path) -> None:
    """Remove what a worker that was killed left behind while it wrote."""
    if folder.is_symlink():  # what is in it is not of this cohort
        return
    for entry in folder.glob(".*"):
        if not HALF_WRITTEN.fullmatch(entry.name):
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            with suppress(OSError):
                entry.unlink()


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


def left_behind(cases: Path, names: Sequence[str]) -> None:
    """Tidy up after workers that were stopped while they did the cases of these names."""
    for name in names:
        _tidy(cases / name)
