"""`lvsegu segment`: cines in; label maps, volumes over the beat, ejection fraction and a picture out."""

from __future__ import annotations

import argparse
import json
import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.commands.options import DEFAULT_MODEL, add_engine_arguments
from LVSegULib.commands.progress import Progress
from LVSegULib.errors import AllFailed, OutputError, SomeFailed, describe
from LVSegULib.measures.digits import digits

if TYPE_CHECKING:
    from LVSegULib.measures.volumes import Measures
    from LVSegULib.quality.score import Quality
    from LVSegULib.segmentation.to_files import Inputs, Outcome, Segmenter

_log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `lvsegu segment`."""
    parser.add_argument(
        "inputs",
        type=Path,
        nargs="+",
        metavar="INPUT",
        help="DICOM folder, NIfTI, NRRD or MHA file (3-D or 4-D), or a folder of such files or folders",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument("--series", help="DICOM series to take: its number, UID or part of its description")
    parser.add_argument("--json", action="store_true", help="print the report as JSON on stdout, a line per input")
    add_model_arguments(parser)


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose what segments."""
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help="name of an installed model, or a model folder (default: %(default)s)"
    )
    add_engine_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Segment every input; one that fails does not stop the others.

    Raises:
        AllFailed: all of several inputs failed.
        SomeFailed: some of several inputs failed.
        LVSegUError: the model, the engine, the output folder or the only input is at fault.
    """
    from LVSegULib.reading.inputs import expand_inputs
    from LVSegULib.segmentation.to_files import identify

    inputs = expand_inputs(arguments.inputs)
    segmenter = open_segmenter(arguments)
    _check_writable(arguments.out)
    kept = identify(inputs)
    taken: set[str] = set()
    failed: list[Path] = []
    for number, source in enumerate(inputs, start=1):
        caption = source.name if len(inputs) == 1 else f"{number}/{len(inputs)} {source.name}"
        try:
            outcome = segment_one(source, arguments, segmenter, frozenset(taken), caption, kept)
        except Exception as error:
            # One bad input must not cost the user the others, whatever is wrong with it.
            if arguments.json:
                print(json.dumps({"input": str(source), "error": describe(error)}), flush=True)
            if len(inputs) == 1:
                raise
            failed.append(source)
            _report_failure(source, error, with_traceback=getattr(arguments, "debug", False))
            continue
        taken.add(outcome.cine.name)
        print(json.dumps(outcome.report, allow_nan=False) if arguments.json else summary(outcome), flush=True)
    if failed:
        kind = AllFailed if len(failed) == len(inputs) else SomeFailed
        raise kind(f"{len(failed)} of {len(inputs)} inputs failed: {', '.join(str(source) for source in failed)}")
    return 0


def open_segmenter(arguments: argparse.Namespace) -> Segmenter:
    """The model and engine that `arguments` choose, loaded once for all inputs."""
    from LVSegULib.engines.base import open_engine
    from LVSegULib.modelfolder.folder import find_model
    from LVSegULib.modelfolder.licence import restriction
    from LVSegULib.segmentation.to_files import Segmenter

    model = find_model(arguments.model)
    if restricted := restriction(model.spec.licence):
        _log.warning("%s: weights under %s, not for commercial use", model.spec.name, restricted)
    return Segmenter(model, open_engine(model, arguments.engine, arguments.threads), arguments.threads)


def segment_one(
    source: Path,
    arguments: argparse.Namespace,
    segmenter: Segmenter,
    taken: frozenset[str],
    caption: str,
    inputs: Inputs = frozenset(),
) -> Outcome:
    """Segment one input with a progress line, and log what the user should know of it; see `segment_to_files`."""
    from LVSegULib.segmentation.to_files import segment_to_files

    with Progress(caption) as progress:
        outcome = segment_to_files(source, arguments.out, segmenter, arguments.series, taken, progress, inputs)
    for note in outcome.cine.notes:
        _log.info("%s: %s", outcome.cine.name, note)
    for warning in outcome.measures.warnings:
        _log.warning("%s: %s", outcome.cine.name, warning)
    return outcome


def summary(outcome: Outcome) -> str:
    """What people read on the terminal: the input, its figures, and where the files are."""
    measures = outcome.measures
    more = [f"  {line}\n" for line in (_left_wall(measures), _right_ventricle(measures)) if line]
    if math.isnan(measures.LVEF):
        volume_ml = max(measures.volumes_ml)
        figures = f"LV cavity {digits(volume_ml)} mL; no LVEF: {measures.reasons.get('LVEF', 'it cannot be told')}"
    else:
        figures = (
            f"LVEDV {digits(measures.LVEDV)} mL (frame {measures.ed_frame}), "
            f"LVESV {digits(measures.LVESV)} mL (frame {measures.es_frame}), "
            f"LVSV {digits(measures.LVSV)} mL, LVEF {digits(measures.LVEF)} %"
        )
    first = outcome.files[0]
    endings = " ".join(file.name.removeprefix(outcome.cine.name) for file in outcome.files)
    seconds = outcome.report["seconds"]["total"]
    return (
        f"{outcome.cine.name}: {outcome.cine.describe()}\n"
        f"  {figures}\n{''.join(more)}{_flagged(outcome.quality)}"
        f"  {first.parent / outcome.cine.name}: {endings} ({seconds:.1f} s)"
    )


def _flagged(quality: Quality | None) -> str:
    """The line on the slices that may be wrong; "" where there are none, or the model cannot tell."""
    if quality is None or not quality.flags:
        return ""
    from LVSegULib.quality.text import look_at

    return f"  {look_at(quality)}; quality {quality.patient:.2f} of 1\n"


def _left_wall(measures: Measures) -> str:
    """Mass and thickness of the wall; "" where the model does not segment it, or nothing of it can be told."""
    slices = measures.wall_slices or (0, 0)
    return _listed(
        ("LVM", measures.LVM, "g", ""),
        ("wall", measures.wall_thickness_ed, "mm", f" at ED ({slices[0]} slices)"),
        ("largest", measures.wall_thickness_ed_max, "mm", ""),
        ("wall", measures.wall_thickness_es, "mm", f" at ES ({slices[1]} slices)"),
        ("thickening", measures.wall_thickening, "%", ""),
    )


def _right_ventricle(measures: Measures) -> str:
    """The same of the right ventricle."""
    return _listed(
        ("RVEDV", measures.RVEDV, "mL", ""),
        ("RVESV", measures.RVESV, "mL", ""),
        ("RVSV", measures.RVSV, "mL", ""),
        ("RVEF", measures.RVEF, "%", ""),
    )


def _listed(*figures: tuple[str, float | None, str, str]) -> str:
    """Name, value and unit of those that have a value, and what is to be said after."""
    known = ((name, value, unit, after) for name, value, unit, after in figures if value is not None)
    return ", ".join(
        f"{name} {digits(value)} {unit}{after}" for name, value, unit, after in known if math.isfinite(value)
    )


def _report_failure(source: Path, error: Exception, *, with_traceback: bool) -> None:
    line = describe(error)
    _log.error("%s", line if str(source) in line else f"{source}: {line}", exc_info=error if with_traceback else None)


def _check_writable(out: Path) -> None:
    """Fail before the work rather than after it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".lvsegu-can-write"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutputError(f"cannot write to {out}: {error.strerror}: choose another --out folder") from error
