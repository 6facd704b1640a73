"""`lvsegu bench`: time every engine on a model and on the classic U-Net, in one run, on real slices."""

from __future__ import annotations

import argparse
import json
import logging
import platform
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib.commands.options import DEFAULT_MODEL, add_threads_argument

if TYPE_CHECKING:
    from LVSegULib.benchmark.bench import Contender, Images, Timing
    from LVSegULib.modelfolder.folder import ModelFolder

logger = logging.getLogger(__name__)

CLASSIC = "classic U-Net"
MOST_SLICES = 48


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to time and how."""
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, metavar="NAME|FOLDER", help="model to time (default: %(default)s)"
    )
    parser.add_argument("--input", type=Path, help="cine whose slices are used (default: the sample patient)")
    parser.add_argument("--size", type=int, default=192, help="rows and columns of a slice (default: 192)")
    add_threads_argument(parser)
    parser.add_argument("--rounds", type=int, default=5, help="rounds; the median is shown (default: 5)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")


def run(arguments: argparse.Namespace) -> int:
    """Time and print; returns 0."""
    from LVSegULib.benchmark.bench import bench
    from LVSegULib.errors import UsageError
    from LVSegULib.modelfolder.folder import find_model

    model = find_model(arguments.model)
    if arguments.rounds < 1 or arguments.size < 1 or arguments.size % model.spec.network.size_multiple:
        raise UsageError(f"--rounds must be positive and --size a multiple of {model.spec.network.size_multiple}")
    with tempfile.TemporaryDirectory(prefix="lvsegu-bench-") as scratch:
        images = _slices(arguments.input, Path(scratch), model, arguments.size)
        contenders = _contenders(model, Path(scratch), arguments.size)
        timings = bench(contenders, images, threads=arguments.threads, rounds=arguments.rounds, progress=logger.info)
    print(json.dumps(_as_json(timings, model), indent=2) if arguments.json else _table(timings, model, arguments.size))
    return 0


def _slices(source: Path | None, scratch: Path, model: ModelFolder, size: int) -> Images:
    """Slices evenly spread over the cine."""
    from LVSegULib.preparation.prepare import prepare_images
    from LVSegULib.reading import read_cine
    from LVSegULib.reading.sample import sample_archive, unpack_sample

    cine = read_cine(source if source is not None else unpack_sample(sample_archive(), scratch))
    images = prepare_images(cine, replace(model.spec.grid, rows=size, columns=size))
    return images[:: max(1, len(images) // MOST_SLICES)][:MOST_SLICES]


def _contenders(model: ModelFolder, scratch: Path, size: int) -> list[Contender]:
    from LVSegULib.benchmark.bench import Contender
    from LVSegULib.benchmark.classic import save_random_model
    from LVSegULib.engines.base import installed_engines
    from LVSegULib.network.config import UNetConfig
    from LVSegULib.preparation.grid import Grid
    from LVSegULib.segmentation.segment import BATCH

    classic = save_random_model(
        scratch / "classic", UNetConfig.from_base(64), "classic", Grid(model.spec.grid.spacing_mm, size, size)
    )
    rows = []
    for engine in installed_engines():
        rows.append(Contender(model.spec.name, model.path, engine, BATCH))
        rows.append(Contender(CLASSIC, classic.path, engine, 1))
    return rows


def _ratio(timing: Timing, timings: list[Timing]) -> float:
    """How many times faster than the classic U-Net on the same engine."""
    classic = [t for t in timings if t.contender.label == CLASSIC and t.contender.engine == timing.contender.engine]
    return classic[0].ms_per_slice / timing.ms_per_slice


def _table(timings: list[Timing], model: ModelFolder, size: int) -> str:
    spec = model.spec
    lines = [
        f"{spec.name}: {spec.parameters:,} parameters ({100 * spec.share_of_classic:.2f} % of the classic U-Net), "
        f"slices of {size} x {size}, {platform.machine()}",
        f"{'network':<14} {'engine':<12} {'ms/slice':>9} {'fastest':>8} {'slowest':>8} {'slices/s':>9} "
        f"{'times classic':>13} {'peak MB':>8}",
    ]
    lines += [
        f"{t.contender.label:<14} {t.contender.engine:<12} {t.ms_per_slice:>9.2f} {t.fastest_ms:>8.2f} "
        f"{t.slowest_ms:>8.2f} {t.slices_per_second:>9.1f} {_ratio(t, timings):>13.1f} {t.peak_memory_mb:>8.0f}"
        for t in timings
    ]
    return "\n".join(lines)


def _as_json(timings: list[Timing], model: ModelFolder) -> dict[str, Any]:
    return {
        "model": model.spec.name,
        "parameters": model.spec.parameters,
        "rows": [
            {
                "network": t.contender.label,
                "engine": t.contender.engine,
                "batch": t.contender.batch,
                "ms_per_slice": t.ms_per_slice,
                "fastest_ms": t.fastest_ms,
                "slowest_ms": t.slowest_ms,
                "slices_per_second": t.slices_per_second,
                "times_faster_than_classic": _ratio(t, timings),
                "peak_memory_mb": t.peak_memory_mb,
            }
            for t in timings
        ],
    }
