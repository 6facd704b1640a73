"""One job of a study: train a network, or take one, and judge it; everything is kept in the job's folder.

A job that was stopped on the way goes on from its checkpoint. Its last act is `figures.json` or `error.json`.
"""

from __future__ import annotations

import dataclasses
import shutil
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from LVSegULib import __version__
from LVSegULib.atomic import write_json
from LVSegULib.errors import InputError, LVSegUError
from LVSegULib.json_text import read_json
from LVSegULib.modelfolder.folder import LAST, SPEC, ModelFolder, open_model
from LVSegULib.network.config import count_multiply_adds, count_parameters
from LVSegULib.progress import silent
from LVSegULib.study.claim import MACHINE
from LVSegULib.study.judge import judged
from LVSegULib.study.plan import RUN, SPLIT, Job, StopRule
from LVSegULib.training.log import Row, read_log
from LVSegULib.training.loop import StepReport
from LVSegULib.training.recorder import CHECKPOINT, LOG
from LVSegULib.training.run import train
from LVSegULib.training.watch import Watch

FIGURES, ERROR, ABOUT = "figures.json", "error.json", "job.json"

Tell = Callable[[int], None]
"""Told the steps done, every few steps; whatever it raises stops the job."""


@dataclass
class Hopeless(Exception):
    """A run that is stopped: its validation Dice at `step`, and that of the reference."""

    step: int
    dice: float
    reference: float


def is_finished(folder: Path) -> bool:
    """Whether the job in `folder` has figures."""
    return (folder / FIGURES).is_file()


def has_failed(folder: Path) -> bool:
    """Whether the job in `folder` has left an error."""
    return (folder / ERROR).is_file()


def run_job(job: Job, places: Mapping[str, Path], out: Path, tell: Tell = silent) -> None:
    """Do `job` and write its `figures.json`.

    Args:
        job: what to do.
        places: the folder of each data set.
        out: the study's folder.
        tell: told how far it is.

    Raises:
        LVSegUError: data cannot be read, or a network that it builds on is not there.
    """
    folder, started = out / job.folder, time.monotonic()
    write_json(folder / ABOUT, dataclasses.asdict(job))
    write_json(folder / SPLIT, job.split.to_json())
    figures: dict[str, Any] = {"variant": job.variant, "fold": job.fold, "lvsegu": __version__, "machine": MACHINE}
    try:
        model, rows = (_finished(out / job.mirrored), []) if job.mirrored else _trained(job, places, out, tell)
        figures |= _about_model(model, rows) | {"judged": judged(model, job, places)}
    except Hopeless as stopped:
        figures["stopped"] = dataclasses.asdict(stopped)
    figures |= {"seconds": round(time.monotonic() - started, 1), "date": time.strftime("%Y-%m-%d")}
    write_json(folder / FIGURES, figures)


def write_error(folder: Path, error: BaseException) -> None:
    """Write `error.json` with what went wrong, in one line, and where."""
    message = str(error) if isinstance(error, LVSegUError) else f"fault: {type(error).__name__}: {error}"
    where = "".join(traceback.format_exception(error))
    write_json(folder / ERROR, {"message": " ".join(message.split()), "traceback": where})


def _trained(job: Job, places: Mapping[str, Path], out: Path, tell: Tell) -> tuple[ModelFolder, list[Row]]:
    """The trained network and its log; training goes on from its checkpoint where there is one.

    Raises:
        Hopeless: the stop rule says so.
    """
    if job.start:
        _finished(out / job.start)
    reference = _dice_by_step(out, job.stop)
    run, config = out / job.folder / RUN, job.training(places, out)

    def report(report: StepReport) -> None:
        tell(report.step)
        _check_hope(report, reference, job.stop)

    watch = Watch(loaded=lambda _: tell(0), report=report)
    if not _is_trained(run, config.steps):
        is_begun = (run / CHECKPOINT).exists()
        try:
            train(config, run, resume=is_begun, watch=watch)
        except InputError:
            if not is_begun:
                raise
            # Begun by another machine, whose folders have other names, or damaged: a run is short, do it again.
            shutil.rmtree(run)
            train(config, run, watch=watch)
    return open_model(run / LAST), read_log(run / LOG, config.steps)


def _is_trained(run: Path, steps: int) -> bool:
    rows = read_log(run / LOG, steps)
    return (run / LAST / SPEC).is_file() and bool(rows) and rows[-1].step == steps


def _finished(folder: Path) -> ModelFolder:
    """The network of the job in `folder`.

    Raises:
        InputError: that job failed or was stopped.
    """
    if has_failed(folder):
        raise InputError(f"not run, because {_name(folder)}, which it builds on, failed")
    if not (folder / RUN / LAST / SPEC).is_file():
        raise InputError(
            f"not run, because {_name(folder)}, which it builds on, was stopped: set may_stop = false there"
        )
    return open_model(folder / RUN / LAST)


def _name(folder: Path) -> str:
    about = read_json(folder / ABOUT)
    return f'"{about["variant"]}", fold {about["fold"]}'


def _dice_by_step(out: Path, stop: StopRule | None) -> dict[int, float]:
    """The validation Dice of the reference by step; empty without a rule.

    Raises:
        InputError: the reference failed.
    """
    if stop is None:
        return {}
    model = _finished(out / stop.reference)
    rows = read_log(model.path.parent / LOG, int(model.spec.training["step"]))
    return {row.step: row.dice for row in rows}


def _check_hope(report: StepReport, reference: Mapping[int, float], stop: StopRule | None) -> None:
    if stop is None or report.validation is None or report.step < stop.first_step:
        return
    wanted, dice = reference.get(report.step), report.validation.mean
    if wanted is not None and not dice >= wanted - stop.margin:
        raise Hopeless(report.step, round(dice, 5), wanted)


def _about_model(model: ModelFolder, rows: list[Row]) -> dict[str, Any]:
    """What is known of the network; `rows` is empty where it was not trained by this job."""
    spec = model.spec
    return {
        "parameters": count_parameters(spec.network),
        "multiply_adds": count_multiply_adds(spec.network) * spec.grid.rows * spec.grid.columns,
        "learnt_from": len(spec.training["split"]["train"]),
        "configuration": spec.training["config"],
        "training_seconds": rows[-1].seconds if rows else None,
        "validations": [{"step": row.step, "seconds": row.seconds, "dice": row.dice} for row in rows],
    }
