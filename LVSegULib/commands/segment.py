"""`lvsegu segment`: cines in; label maps, volumes over the beat, ejection fraction and a picture out."""

from __future__ import annotations

import argparse
import json
import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.commands.messages import report_failure
from LVSegULib.commands.options import add_engine_arguments, add_model_argument
from LVSegULib.commands.progress import Progress
from LVSegULib.errors import AllFailed, OutputError, SomeFailed, describe
from LVSegULib.labels import ALL_LABELS, CAVITY, Label
from LVSegULib.measures.digits import digits
from LVSegULib.shown import counted

if TYPE_CHECKING:
    from LVSegULib.measures.catalogue import Measure
    from LVSegULib.measures.volumes import Measures
    from LVSegULib.quality.score import Quality
    from LVSegULib.segmentation.to_files import Outcome, Segmenter, Source

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
    add_model_argument(parser)
    add_engine_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Segment every input; one that fails does not stop the others.

    Raises:
        AllFailed: all of several inputs failed.
        SomeFailed: some of several inputs failed.
        LVSegUError: the model, the engine, the output folder or the only input is at fault.
    """
    from LVSegULib.reading.inputs import expand_inputs
    from LVSegULib.segmentation.to_files import Source, identify

    inputs = expand_inputs(arguments.inputs)
    segmenter = open_segmenter(arguments)
    _check_writable(arguments.out)
    kept = identify(inputs)
    taken: set[str] = set()
    failed: list[Path] = []
    for number, source in enumerate(inputs, start=1):
        caption = source.name if len(inputs) == 1 else f"{number}/{len(inputs)} {source.name}"
        try:
            given = Source(source, arguments.series, frozenset(taken), kept)
            outcome = segment_one(given, arguments.out, segmenter, caption)
        except Exception as error:
            # One bad input must not cost the user the others, whatever is wrong with it.
            if arguments.json:
                print(json.dumps({"input": str(source), "error": describe(error)}), flush=True)
            if len(inputs) == 1:
                raise
            failed.append(source)
            report_failure(_log, str(source), error, debug=getattr(arguments, "debug", False))
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


def segment_one(source: Source, out: Path, segmenter: Segmenter, caption: str) -> Outcome:
    """Segment one input with a progress line, and log what the user should know of it; see `segment_to_files`."""
    from LVSegULib.segmentation.to_files import segment_to_files

    with Progress(caption) as progress:
        outcome = segment_to_files(source, out, segmenter, progress)
    for note in outcome.cine.notes:
        _log.info("%s: %s", outcome.cine.name, note)
    for warning in outcome.found.measures.warnings:
        _log.warning("%s: %s", outcome.cine.name, warning)
    return outcome


def summary(outcome: Outcome) -> str:
    """What people read on the terminal: the input, its figures, and where the files are."""
    measures = outcome.found.measures
    lines = (_of_region(measures, region) for region in ALL_LABELS if region != CAVITY)
    more = [f"  {line}\n" for line in lines if line]
    if math.isnan(measures.LVEF):
        volume_ml = max(measures.volumes_ml)
        figures = f"LV cavity {digits(volume_ml)} mL; no LVEF: {measures.reasons.get('LVEF', 'it cannot be told')}"
    else:
        figures = _of_region(measures, CAVITY)
    folder = outcome.files.report.parent
    endings = " ".join(file.name.removeprefix(outcome.cine.name) for file in outcome.files)
    seconds = outcome.report["seconds"]["total"]
    return (
        f"{outcome.cine.name}: {outcome.cine.describe()}\n"
        f"  {figures}\n{''.join(more)}{_flagged(outcome.found.segmentation.quality)}"
        f"  {folder / outcome.cine.name}: {endings} ({seconds:.1f} s)"
    )


def _flagged(quality: Quality | None) -> str:
    """The line on the slices that may be wrong; "" where there are none, or the model cannot tell."""
    if quality is None or not quality.flags:
        return ""
    from LVSegULib.quality.text import look_at

    return f"  {look_at(quality)}; quality {quality.patient:.2f} of 1\n"


def _of_region(measures: Measures, region: Label) -> str:
    """The measures that come from a region; "" where the model does not segment it, or nothing of it can be told."""
    known = {one: value for one, value in measures.given().items() if one.region == region and math.isfinite(value)}
    return ", ".join(
        f"{_in_a_list(one.short)} {digits(value)} {one.unit}{_where(measures, one)}" for one, value in known.items()
    )


def _in_a_list(short: str) -> str:
    """A name inside of a line: "LVM", "wall at ED"."""
    return short if short[:2].isupper() else short[0].lower() + short[1:]


def _where(measures: Measures, one: Measure) -> str:
    """Of how many slices a mean thickness of the wall is, and of which frame a volume of the cavity."""
    slices = measures.slices_of_walls()
    if one.name in slices and not one.name.endswith("_max"):
        return f" ({counted(slices[one.name], 'slice')})"
    return f" (frame {measures.frames_to_show[one.phase]})" if one.phase and one.region == CAVITY else ""


def _check_writable(out: Path) -> None:
    """Fail before the work rather than after it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".lvsegu-can-write"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutputError(f"cannot write to {out}: {error.strerror}: choose another --out folder") from error
