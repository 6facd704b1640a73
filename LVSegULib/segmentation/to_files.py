"""One input to its five files: read, segment, measure, draw, write. See `segment` for a cine in memory."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from LVSegULib.atomic import passing_name, write_json
from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine
from LVSegULib.errors import OutputError, UsageError
from LVSegULib.identity import Identity, identity_of
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.parallel import in_order
from LVSegULib.progress import Report, part_of, silent
from LVSegULib.reading import read_cine
from LVSegULib.reading.results import LABEL_MAP, REPORT, SEGMENTATION, holds_labels
from LVSegULib.segmentation.measured import Measured, segment_and_measure

ENDINGS = (SEGMENTATION, LABEL_MAP, ".csv", ".png", REPORT)
"""Of the files written for each input, in the order of `Files`."""

READING_SHARE = 0.3
"""The share of the time that reading takes, for the progress."""

Inputs = frozenset[Identity]
"""Files and folders by what tells them from others."""


class Files(NamedTuple):
    """The files written for each input; the report last, as it says how long the others took."""

    segmentation: Path
    label_map: Path
    table: Path
    picture: Path
    report: Path


@dataclass(frozen=True)
class Source:
    """An input, and what it must leave to the others of its run.

    Attributes:
        path: a DICOM folder or an image file.
        series: which DICOM series to take; None picks the short-axis cine.
        taken: names that others have got; this one then becomes "NAME-2".
        inputs: the others, which are not overwritten either; see `identify`.
    """

    path: Path
    series: str | None = None
    taken: frozenset[str] = frozenset()
    inputs: Inputs = frozenset()


@dataclass(frozen=True)
class Segmenter:
    """A model, the engine that runs it, and the threads it was given (None: the engine's own choice)."""

    model: ModelFolder
    engine: Engine
    threads: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one input.

    Attributes:
        cine: the input.
        found: its label map (T, K, J, I), how far that can be trusted, and what it measures.
        report: what `NAME.json` holds, and the files written.
        files: the files written.
        seconds: how long each step took, and "total".
    """

    cine: Cine
    found: Measured
    report: dict[str, Any]
    files: Files
    seconds: dict[str, float]


def segment_to_files(
    source: Source,
    out: Path,
    segmenter: Segmenter,
    progress: Report = silent,
) -> Outcome:
    """Segment `source` and write NAME.seg.nrrd, .nii.gz, .csv, .png and .json to `out`, all of them or none.

    Args:
        source: the input.
        out: folder to write to; made if it is missing. Files of the same names are replaced.
        segmenter: what segments.
        progress: called with the share done, 0 to 1; whatever it raises stops the work.

    Raises:
        InputError: `source` cannot be read.
        UsageError: a file would overwrite `source` or another input.
        EngineError: the engine failed.
        OutputError: a file cannot be written.
    """
    start = time.perf_counter()
    cine = read_cine(source.path, source.series, progress=part_of(progress, 0.0, READING_SHARE))
    cine = replace(cine, name=_free_name(cine.name, source.taken))
    _refuse_overwriting(source.inputs | identify([source.path]), _files(cine, out))
    return segment_cine_to_files(cine, out, segmenter, start, part_of(progress, READING_SHARE, 1.0))


def segment_cine_to_files(
    cine: Cine,
    out: Path,
    segmenter: Segmenter,
    start: float,
    progress: Report = silent,
    *,
    is_timed: bool = True,
) -> Outcome:
    """What `segment_to_files` does with the cine that it has read; the files are called as the cine is.

    Args:
        cine: the input.
        out: folder to write to; made if it is missing. Files of the same names are replaced.
        segmenter: what segments.
        start: `time.perf_counter()` from before the cine was read.
        progress: called with the share done of segmenting, 0 to 1; whatever it raises stops the work.
        is_timed: whether the report says how long each step took; without, the same input gives the same bytes.

    Raises:
        EngineError: the engine failed.
        OutputError: a file cannot be written.
    """
    from LVSegULib.writing.report import build_report

    seconds = {"read": time.perf_counter() - start}
    files = _files(cine, out)
    spec = segmenter.model.spec
    found = segment_and_measure(cine, spec, segmenter.engine, progress=progress)
    writing = time.perf_counter()
    with _all_or_none(out, files) as staging:
        staged = _files(cine, staging)
        _write_images(staged, cine, found, spec)
        now = time.perf_counter()
        seconds |= found.segmentation.seconds | {"write": now - writing, "total": now - start}
        seconds = {name: round(s, 4) for name, s in seconds.items()}
        run = {"engine": _engine(segmenter), **({"seconds": seconds} if is_timed else {})}
        report = build_report(cine, found.measures, found.volumes_ml, spec, run, found.segmentation.quality)
        write_json(staged.report, report)
    report["files"] = [str(file) for file in files]
    return Outcome(cine, found, report, files, seconds)


def _files(cine: Cine, out: Path) -> Files:
    return Files(*(out / f"{cine.name}{ending}" for ending in ENDINGS))


def _engine(segmenter: Segmenter) -> dict[str, Any]:
    engine = segmenter.engine
    return {"name": engine.name, "version": engine.version, "threads": segmenter.threads}


def _write_images(files: Files, cine: Cine, found: Measured, spec: ModelSpec) -> None:
    """Write all but the report."""
    from LVSegULib.modelfolder.licence import restriction
    from LVSegULib.pictures.contact_sheet import contact_sheet, write_contact_sheet
    from LVSegULib.writing.label_map import write_label_map
    from LVSegULib.writing.seg_nrrd import write_segmentation_nrrd
    from LVSegULib.writing.table import write_table

    labels, quality, measures = found.segmentation.labels, found.segmentation.quality, found.measures
    write_segmentation_nrrd(files.segmentation, labels, cine.ijk_to_ras, spec.labels, measures.frames_to_show)
    flagged = None if quality is None else quality.flagged
    write_table(files.table, found.volumes_ml, measures, None if flagged is None else flagged.sum(axis=1).tolist())
    restricted = restriction(spec.licence)
    made_by = f"model {spec.name} ({restricted})" if restricted else f"model {spec.name}"
    slow: tuple[Callable[[], None], ...] = (
        lambda: write_contact_sheet(
            files.picture, contact_sheet(cine, labels, spec.labels, measures, made_by, flagged)
        ),
        lambda: write_label_map(files.label_map, labels, cine.ijk_to_ras, _step_ms(cine)),
    )
    list(in_order(lambda write: write(), slow))  # side by side: packing takes most of the time


def _step_ms(cine: Cine) -> float | None:
    """Mean time from frame to frame in ms."""
    if cine.time_ms is None or cine.frame_count < 2:
        return None
    step = float(cine.time_ms[-1] - cine.time_ms[0]) / (cine.frame_count - 1)
    return step if step > 0 else None


def _free_name(name: str, taken: frozenset[str]) -> str:
    """`name`, or with a number where another input has it; letters of either case count alike, as on some disks."""
    used = {other.casefold() for other in taken}
    candidate, number = name, 2
    while candidate.casefold() in used:
        candidate, number = f"{name}-{number}", number + 1
    return candidate


def identify(paths: Iterable[Path]) -> Inputs:
    """What tells the files and folders that are there from others, by whatever path or link they are reached."""
    return frozenset(identity for identity in map(_identity, paths) if identity is not None)


def _identity(path: Path) -> Identity | None:
    try:
        return identity_of(path)
    except OSError:
        return None


def _refuse_overwriting(inputs: Inputs, files: Files) -> None:
    for file in files:
        if _identity(file) in inputs:
            raise UsageError(f"{file}: the output would overwrite the input: choose another --out folder")
        if file.is_dir():
            raise OutputError(f"cannot write {file}: it is a folder: choose another --out folder")
    if files.label_map.exists() and not holds_labels(files.label_map):
        raise OutputError(f"cannot write {files.label_map}: what is there is no label map: choose another --out folder")


@contextmanager
def _all_or_none(out: Path, files: tuple[Path, ...]) -> Iterator[Path]:
    """A folder inside `out` to write `files` to; they are moved to their places when all of them are whole."""
    staging = out / passing_name()
    try:
        staging.mkdir(parents=True)
        yield staging
        _exchange(staging, files)
    except OSError as error:
        raise OutputError(f"cannot write to {out}: {error.strerror or error}: choose another --out folder") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _exchange(staging: Path, files: tuple[Path, ...]) -> None:
    """Move `files` from `staging` to their places; where one cannot be moved, what was there before is put back.

    A process that is killed leaves each file as it was or new, and what was there in the folder `.earlier`.
    """
    earlier = staging.with_name(f"{staging.name}.earlier")
    earlier.mkdir()
    moved: list[Path] = []
    try:
        for file in filter(os.path.lexists, files):
            shutil.copy2(file, earlier / file.name, follow_symlinks=False)
        for file in files:
            moved.append(file)
            (staging / file.name).replace(file)
    except BaseException:
        _put_back(earlier, moved[:-1])
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _put_back(earlier: Path, moved: list[Path]) -> None:
    """Put back what was in the places of the files that were `moved`; what cannot be put back stays in `earlier`."""
    left = False
    for file in moved:
        try:
            if os.path.lexists(earlier / file.name):
                (earlier / file.name).replace(file)
            else:
                file.unlink()
        except OSError:
            left = True
    if not left:
        shutil.rmtree(earlier, ignore_errors=True)
