"""`lvsegu bench`: time every way to run a model, in one run, on real slices, against large networks and the machine."""

from __future__ import annotations

import argparse
import json
import logging
import platform
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib.commands.options import add_threads_argument
from LVSegULib.modelfolder.names import DEFAULT_MODEL
from LVSegULib.shown import number_text

if TYPE_CHECKING:
    from LVSegULib.benchmark.bench import Contender, Timing
    from LVSegULib.benchmark.limit import Limit
    from LVSegULib.engines.workers import Images
    from LVSegULib.modelfolder.folder import ModelFolder

logger = logging.getLogger(__name__)

CLASSIC, NNUNET = "classic U-Net", "nnU-Net 2-D"
MOST_SLICES, MOST_SLICES_OF_LARGE = 48, 4
LARGE_WAYS = ("onnxruntime", "openvino", "torch")
"""Ways in which the large networks are run."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to time and how."""
    parser.add_argument(
        "--model",
        action="append",
        metavar="NAME|FOLDER",
        help=f"model to time; repeat to compare several (default: {DEFAULT_MODEL})",
    )
    parser.add_argument("--input", type=Path, help="cine whose slices are used (default: the sample patient)")
    parser.add_argument("--size", type=int, help="rows and columns of a slice (default: the model's own)")
    add_threads_argument(parser)
    parser.add_argument("--rounds", type=int, default=5, help="rounds; the median is shown (default: 5)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")


def run(arguments: argparse.Namespace) -> int:
    """Time and print; returns 0."""
    from LVSegULib.benchmark.bench import bench
    from LVSegULib.benchmark.limit import measure_limit
    from LVSegULib.benchmark.nnunet import SIDE
    from LVSegULib.errors import UsageError
    from LVSegULib.modelfolder.folder import find_model

    models = [find_model(name) for name in arguments.model or [DEFAULT_MODEL]]
    size = arguments.size or models[0].spec.grid.rows
    multiple = max(model.spec.network.size_multiple for model in models)
    if arguments.rounds < 1 or size < 1 or size % multiple:
        raise UsageError(f"--rounds must be positive and --size a multiple of {multiple}")
    with tempfile.TemporaryDirectory(prefix="lvsegu-bench-") as scratch:
        images = {side: _slices(arguments.input, Path(scratch), models[0], side) for side in {size, SIDE}}
        contenders = _contenders(models, Path(scratch), size)
        limit = measure_limit(arguments.threads)
        timings = bench(contenders, images, threads=arguments.threads, rounds=arguments.rounds, progress=logger.info)
    print(
        json.dumps(_as_json(timings, models, limit), indent=2)
        if arguments.json
        else _table(timings, models, size, limit)
    )
    return 0


def _slices(source: Path | None, scratch: Path, model: ModelFolder, size: int) -> Images:
    """Slices evenly spread over the cine."""
    from LVSegULib.preparation.prepare import prepare_images
    from LVSegULib.reading import read_cine
    from LVSegULib.reading.sample import sample_archive, unpack_sample

    if source is None:
        source = unpack_sample(sample_archive("--input CINE"), scratch / str(size))
    cine = read_cine(source)
    images = prepare_images(cine, replace(model.spec.grid, rows=size, columns=size))
    return images[:: max(1, len(images) // MOST_SLICES)][:MOST_SLICES]


def _contenders(models: list[ModelFolder], scratch: Path, size: int) -> list[Contender]:
    from LVSegULib.benchmark.bench import Contender
    from LVSegULib.benchmark.classic import save_random_model
    from LVSegULib.benchmark.nnunet import HINT, SIDE, is_there, nnunet_graph
    from LVSegULib.benchmark.ways import ways
    from LVSegULib.network.config import UNetConfig
    from LVSegULib.preparation.grid import Grid

    possible = ways()
    names = _names(models)
    rows = [
        Contender(name, way, model.path, size, MOST_SLICES)
        for name, model in zip(names, models, strict=True)
        for way in possible
    ]
    grid = Grid(models[0].spec.grid.spacing_mm, size, size)
    classic = save_random_model(scratch / "classic", UNetConfig.from_base(64), "classic", grid)
    large = [way for way in possible if way in LARGE_WAYS]
    rows += [Contender(CLASSIC, way, classic.path, size, MOST_SLICES_OF_LARGE) for way in large]
    if not is_there():
        logger.warning(HINT)
        return rows
    path, few = scratch / "nnunet.onnx", MOST_SLICES_OF_LARGE
    path.write_bytes(nnunet_graph())
    large = [way for way in large if way != "torch"]
    return rows + [Contender(NNUNET, way, path, SIDE, few, has_background=True) for way in large]


def _names(models: list[ModelFolder]) -> list[str]:
    """The models' names, or where they are alike with their parameters."""
    names = [model.spec.name for model in models]
    return [
        name if names.count(name) == 1 else f"{name} {model.spec.parameters:,}"
        for name, model in zip(names, models, strict=True)
    ]


def _ratio(timing: Timing, timings: list[Timing], label: str) -> float | None:
    """How many times faster than the network `label` run in the same way; None where that was not run."""
    own = [t for t in timings if t.contender.label == label and t.contender.way == timing.contender.way]
    return own[0].ms_per_slice / timing.ms_per_slice if own else None


def _table(timings: list[Timing], models: list[ModelFolder], size: int, limit: Limit) -> str:
    lines = [
        f"slices of {size} x {size}, {NNUNET} of 256 x 256; {limit.threads} threads, {platform.machine()}; "
        f"at best {limit.multiply_adds / 1e9:.0f} G multiply-adds/s and {limit.bytes_moved / 1e9:.0f} GB/s"
    ]
    for name, model in zip(_names(models), models, strict=True):
        spec = model.spec
        lines.append(
            f"{name}: {spec.parameters:,} parameters ({100 * spec.share_of_classic:.2f} % of the classic U-Net), "
            f"at best {limit.least_ms(spec.network, size * size):.2f} ms by its multiply-adds, "
            f"{limit.least_ms_of_memory(spec.network, size * size):.2f} ms by its activations"
        )
    best = {
        name: limit.least_ms(model.spec.network, size * size)
        for name, model in zip(_names(models), models, strict=True)
    }
    lines.append(
        f"{'network':<14} {'way':<18} {'ms/slice':>9} {'fastest':>8} {'slowest':>8} {'slices/s':>9} "
        f"{'x classic':>9} {'x nnU-Net':>9} {'% of best':>9} {'differs':>8} {'peak MB':>8}"
    )
    for t in timings:
        share = 100 * best[t.contender.label] / t.ms_per_slice if t.contender.label in best else None
        ratios = (_ratio(t, timings, CLASSIC), _ratio(t, timings, NNUNET), share)
        classic, nnunet, of_best = (number_text(ratio, ".1f") for ratio in ratios)
        lines.append(
            f"{t.contender.label:<14} {t.contender.way:<18} {t.ms_per_slice:>9.2f} {t.fastest_ms:>8.2f} "
            f"{t.slowest_ms:>8.2f} {t.slices_per_second:>9.1f} {classic:>9} {nnunet:>9} {of_best:>9} "
            f"{1e6 * t.differing:>8.0f} {t.peak_memory_mb:>8.0f}"
        )
    lines.append("differs: pixels of a million whose label is not that of the network's first row")
    return "\n".join(lines)


def _as_json(timings: list[Timing], models: list[ModelFolder], limit: Limit) -> dict[str, Any]:
    return {
        "models": {name: model.spec.parameters for name, model in zip(_names(models), models, strict=True)},
        "limit": {
            "threads": limit.threads,
            "multiply_adds_per_second": limit.multiply_adds,
            "bytes_per_second": limit.bytes_moved,
        },
        "rows": [
            {
                "network": t.contender.label,
                "way": t.contender.way,
                "size": t.contender.size,
                "batch": t.contender.batch,
                "ms_per_slice": t.ms_per_slice,
                "fastest_ms": t.fastest_ms,
                "slowest_ms": t.slowest_ms,
                "slices_per_second": t.slices_per_second,
                "times_faster_than_classic": _ratio(t, timings, CLASSIC),
                "times_faster_than_nnunet": _ratio(t, timings, NNUNET),
                "differing": t.differing,
                "peak_memory_mb": t.peak_memory_mb,
            }
            for t in timings
        ],
    }
