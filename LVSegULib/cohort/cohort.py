"""A cohort from its folder or list to its table and overview: what is done already is not done again."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from LVSegULib import __version__
from LVSegULib.cohort.case import Case
from LVSegULib.cohort.cluster import Workers, connected
from LVSegULib.cohort.left_out import LeftOut
from LVSegULib.cohort.listing import find_cases
from LVSegULib.cohort.manifest import Ending, Manifest, Recipe, open_manifest
from LVSegULib.cohort.outliers import mark_outliers
from LVSegULib.cohort.overview import write_overview
from LVSegULib.cohort.place import CASES, OVERVIEW, PARQUET, TABLE, check_place, refuse_inputs_inside
from LVSegULib.cohort.receipt import is_whole
from LVSegULib.cohort.run import Run
from LVSegULib.cohort.table import write_csv, write_parquet
from LVSegULib.cohort.task import Job, left_behind, model_hash
from LVSegULib.errors import Cancelled
from LVSegULib.lock import locked
from LVSegULib.modelfolder.folder import ModelFolder, find_model
from LVSegULib.modelfolder.licence import restriction

LOCK, OTHERS = ".cohort.lock", "another run of this cohort"
DEAD_SECONDS = 60.0
"""Workers of this machine are started anew when they die. Dask forgets one that dies before it has heard of its start;
if all have gone that way, there is nothing to wait for."""


@dataclass(frozen=True)
class Settings:
    """How a cohort is segmented.

    Attributes:
        model: name of an installed model, or its folder.
        engine: one of `LVSegULib.engines.base.ENGINES`, or "auto".
        threads: processor threads that each case's network may use.
        retry_failed: whether cases that failed are tried again though nothing has changed.
    """

    model: str
    engine: str = "auto"
    threads: int = 1
    retry_failed: bool = False


@dataclass(frozen=True)
class Watch:
    """Who is told how it goes; every call may raise to stop the work.

    Attributes:
        looking: number of files looked at so far.
        starting: number of cases to be done, and of all.
        ended: each case that came to its end.
        waiting: number of threads at work; 0 where no worker has come yet.
    """

    looking: Callable[[int], None] = lambda _: None
    starting: Callable[[int, int], None] = lambda _to_do, _all: None
    ended: Callable[[Case, Ending], None] = lambda _case, _ending: None
    waiting: Callable[[int], None] = lambda _: None


@dataclass
class Totals:
    """What became of a cohort.

    Attributes:
        status: how many cases are "done" and how many "failed".
        ended: cases that came to their end in this run.
        seconds: how long handing them out and taking them back took.
        images: images (slices times frames) of this run's cases that are done.
        left_out: what is no case, or could not be looked at.
        gone: cases of earlier runs that are not there any more; what was written of them is kept.
    """

    status: Counter[str] = field(default_factory=Counter)
    ended: int = 0
    seconds: float = 0.0
    images: int = 0
    left_out: LeftOut = field(default_factory=LeftOut)
    gone: int = 0


def segment_cohort(source: Path, out: Path, workers: Workers, settings: Settings, watch: Watch) -> Totals:
    """Segment every cine of `source` that is new, changed or was not finished, and tell what is known of all of them.

    Args:
        source: a folder with the cines somewhere in it, or a CSV file that lists them.
        out: the cohort's folder, see `LVSegULib.cohort`; made if it is missing.
        workers: who does it.
        settings: how it is done.
        watch: who is told.

    Raises:
        InputError: there is nothing to segment, or the list is wrong.
        UsageError: another run is at work in `out`, it holds another cohort, or an input; no such model or engine.
        EngineError: the workers cannot be had, or have gone.
        OutputError: the results cannot be written.
        Cancelled: it was stopped; tables and overview show what is done.
    """
    model, recipe = recipe_of(settings)
    check_place(source, out)
    with locked(out, LOCK, OTHERS), open_manifest(out) as manifest:
        manifest.settle_root(source.resolve())
        listing = find_cases(source.resolve(), manifest, watch.looking)
        refuse_inputs_inside(out / CASES, listing.found)
        cases = manifest.list_cases(listing.found)
        to_do = _to_do(manifest, cases, recipe, out, retry_failed=settings.retry_failed)
        totals = Totals(left_out=listing.left_out, gone=manifest.gone())
        watch.starting(len(to_do), len(cases))
        job = Job(out.resolve() / CASES, _for_workers(model, settings.model), recipe, settings.threads)
        try:
            _work(to_do, manifest, workers, job, watch, totals)
        except KeyboardInterrupt:
            _write(manifest, out, model, totals)
            left = len(to_do) - totals.ended
            raise Cancelled(f"stopped with {left} of {len(cases)} cases to do: the same command goes on") from None
        _write(manifest, out, model, totals)
    return totals


def recipe_of(settings: Settings) -> tuple[ModelFolder, Recipe]:
    """The model that `settings` choose, and what it makes with its engine; raises as `segment_cohort` does."""
    from LVSegULib.engines.base import chosen_engine

    model = find_model(settings.model)
    return model, Recipe(model.spec.name, model_hash(model.spec), chosen_engine(settings.engine))


def _for_workers(model: ModelFolder, name: str) -> str:
    """How workers, on other machines too, find the model: by name if it comes with LVSegU, else by its full path."""
    from LVSegULib.modelfolder.folder import SHIPPED

    return name if model.path.parent == SHIPPED else str(model.path.resolve())


def _to_do(
    manifest: Manifest, cases: Sequence[Case], recipe: Recipe, out: Path, *, retry_failed: bool
) -> tuple[Case, ...]:
    wanted = {case.name for case in manifest.to_do(cases, recipe, retry_failed=retry_failed)}
    done = set(manifest.done_names())
    return tuple(
        case
        for case in cases
        if case.name in wanted or (case.name in done and not is_whole(out / CASES / case.name, case.name))
    )


def _work(cases: Sequence[Case], manifest: Manifest, workers: Workers, job: Job, watch: Watch, totals: Totals) -> None:
    if not cases:
        return

    def ended(case: Case, ending: Ending) -> None:
        manifest.note(case, job.recipe, ending)
        totals.ended += 1
        totals.images += ending.result.get("frames", 0) * ending.result.get("slices", 0)
        watch.ended(case, ending)

    run, start = None, time.perf_counter()
    try:
        with connected(workers) as client:
            start = time.perf_counter()
            patience = DEAD_SECONDS if workers.are_ours else math.inf  # others come when they like
            run = Run(client, job, manifest.hand_out, ended, watch.waiting, patience)
            run(cases)
    finally:
        totals.seconds = time.perf_counter() - start
        if run is not None and workers.are_ours:
            left_behind(job.cases, run.in_work())


def _write(manifest: Manifest, out: Path, model: ModelFolder, totals: Totals) -> None:
    """Write the tables and the overview of all that is known."""
    rows = list(manifest.rows())
    totals.status.update(row["status"] for row in rows)
    mark_outliers(rows)
    write_csv(out / TABLE, rows)
    write_parquet(out / PARQUET, rows)
    about: dict[str, Any] = {
        "model": model.spec.name,
        "restriction": restriction(model.spec.licence),
        "lvsegu": __version__,
    }
    write_overview(out / OVERVIEW, rows, about)
