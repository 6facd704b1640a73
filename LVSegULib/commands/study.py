"""`lvsegu study`: variants of a training run, cross-validated and compared, with one report."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.commands.packages import need_scheduler, need_torch
from LVSegULib.commands.progress import LastLine, duration
from LVSegULib.errors import AllFailed, Cancelled, SomeFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from LVSegULib.study.conclusions import Findings
    from LVSegULib.study.config import StudyConfig
    from LVSegULib.study.plan import Plan
    from LVSegULib.study.remote import RemoteWork
    from LVSegULib.study.work import Status, Work

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study, its data, its folder and how much is done at once."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="TOML file with the variants")
    parser.add_argument(
        "--data", action="append", default=[], type=Path, metavar="DIR", help="a data set of the study; repeat for each"
    )
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="FOLDER",
        help="folder of the study; may be shared by several machines",
    )
    who = parser.add_mutually_exclusive_group()
    who.add_argument(
        "--workers", type=int, metavar="N", help="runs at once on this machine (default: as many as it has cores for)"
    )
    who.add_argument(
        "--scheduler", metavar="ADDRESS", help="run on the workers of a running Dask scheduler, tcp://HOST:8786"
    )
    parser.add_argument("--report-only", action="store_true", help="write the report of what has been done, and stop")


def run(arguments: argparse.Namespace) -> int:
    """Do what is not done, and write the report.

    Raises:
        SomeFailed: some runs failed; the report says which.
        AllFailed: all of them did.
    """
    need_torch("a study")
    if arguments.scheduler is not None:
        need_scheduler()
    from LVSegULib.study.conclusions import conclusions
    from LVSegULib.study.config import read_study
    from LVSegULib.study.plan import read_plan
    from LVSegULib.study.report import REPORT, write_report

    if arguments.workers is not None and arguments.workers < 1:
        raise UsageError(f"--workers must be at least 1, got {arguments.workers}")
    study = read_study(arguments.config)
    out = arguments.out.absolute()  # links are kept: other machines may have them lead elsewhere
    plan = read_plan(out) if arguments.report_only else _work(study, arguments, out)
    found = write_report(study, plan, out)
    for line in conclusions(found):
        print(line)
    print(f"report: {arguments.out / REPORT}")
    _check(found, plan, out)
    return 0


def _work(study: StudyConfig, arguments: argparse.Namespace, out: Path) -> Plan:
    from LVSegULib.study.data import open_data
    from LVSegULib.study.plan import make_plan, save_plan

    data = open_data(study, arguments.data)
    plan = make_plan(study, data)
    for patient, sets in plan.shared.items():
        logger.info("%s is in %s: one patient, on one side", patient, " and ".join(sets))
    for variant, reason in plan.refused.items():
        logger.warning("%s cannot be run: %s", variant, reason)
    save_plan(out, plan)
    line = _Line()
    try:
        _worker(arguments, plan, data.places, out, line).run()
    except KeyboardInterrupt:
        kept = "what is done is kept" + (", what workers have begun they finish" if arguments.scheduler else "")
        raise Cancelled(f"cancelled: {kept}, and the same command goes on from there") from None
    finally:
        line.clear()
    return plan


def _worker(
    arguments: argparse.Namespace, plan: Plan, places: Mapping[str, Path], out: Path, line: _Line
) -> Work | RemoteWork:
    """Who does the runs: processes of this machine, or a scheduler's workers; only these need Dask."""
    from LVSegULib.engines.workers import available_threads
    from LVSegULib.study.work import Watch, Work

    watch = Watch(say=line.say, status=line.status, warn=line.warn)
    if arguments.scheduler is not None:
        from LVSegULib.study.remote import RemoteWork

        return RemoteWork(plan.jobs, places, out, arguments.scheduler, watch)
    threads = max((job.settings["threads"] or available_threads() for job in plan.jobs), default=1)
    return Work(plan.jobs, places, out, arguments.workers or max(1, available_threads() // threads), watch)


def _check(found: Findings, plan: Plan, out: Path) -> None:
    """Say at the end what failed."""
    from LVSegULib.study.job import has_failed

    failed = [job for job in plan.jobs if has_failed(out / job.folder)]
    if not failed and not plan.refused:
        return
    whole = ", ".join([*plan.refused, *(job.title for job in failed)])
    reasons = [problem for row in found.rows for problem in row.problems if "failed: " in problem]
    if len(failed) == len(plan.jobs):
        raise AllFailed(f"every run failed; the first: {reasons[0]}")
    raise SomeFailed(f"{len(failed) + len(plan.refused)} failed, the others are done: {whole}; the report says why")


class _Line(LastLine):
    """How far the study is: a line on a terminal; elsewhere, -v gives a line for each run."""

    def say(self, text: str) -> None:
        self.clear()
        logger.info(text)

    def warn(self, text: str) -> None:
        self.clear()
        logger.warning(text)

    def status(self, status: Status) -> None:
        running = ", ".join(f"{title} ({step} of {steps})" for title, step, steps in status.running)
        left = "" if status.seconds_left is None else f", {duration(status.seconds_left)} left"
        elsewhere = f"; {status.elsewhere} on other machines" if status.elsewhere else ""
        self.show(f"{status.done} of {status.total} runs{left}: {running or 'waiting'}{elsewhere}")
