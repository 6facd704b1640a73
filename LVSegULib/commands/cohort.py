"""`lvsegu cohort`: thousands of cines on many workers; one table and one page for all of them."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib.commands.messages import stop_like_ctrl_c
from LVSegULib.commands.options import add_model_argument
from LVSegULib.commands.packages import need_cohort
from LVSegULib.commands.progress import LastLine, duration
from LVSegULib.errors import AllFailed, SomeFailed, UsageError

if TYPE_CHECKING:
    from LVSegULib.cohort.case import Case
    from LVSegULib.cohort.cluster import Workers
    from LVSegULib.cohort.cohort import Totals
    from LVSegULib.cohort.manifest import Ending

_log = logging.getLogger(__name__)

_CLOSED_TO_NAME = 3
"""Folders and files that could not be looked at, and are named; of others the number is told."""

_LINE_SECONDS = 30.0
"""Time between two lines on the progress where stderr is a file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the cohort, its folder and who works."""
    parser.add_argument(
        "source", type=Path, metavar="ROOT|LIST.csv", help="folder with the cines somewhere in it, or a list of them"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the cohort")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--workers", type=int, metavar="N", help="processes of this machine (default: one per core)")
    who.add_argument("--scheduler", metavar="ADDRESS", help="address of a running Dask scheduler, tcp://HOST:8786")
    who.add_argument("--slurm", type=Path, metavar="CONFIG", help="YAML file that says what jobs to ask SLURM for")
    parser.add_argument(
        "--memory", type=int, metavar="MB", help="memory that each process of this machine may use (default: 2000)"
    )
    parser.add_argument("--retry-failed", action="store_true", help="try again what failed, though nothing has changed")
    add_model_argument(parser)
    parser.add_argument("--engine", default="auto", help="what runs the network, as for `lvsegu segment`")
    parser.add_argument(
        "--threads", type=int, default=1, metavar="N", help="threads for the network of each case (default: 1)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Do what is not done yet, and say what became of all.

    Raises:
        SomeFailed: some cases failed, the table says why; or a folder or file could not be looked at.
        AllFailed: all of them did.
    """
    need_cohort()
    from LVSegULib.cohort.cohort import Settings, Watch, segment_cohort
    from LVSegULib.cohort.place import CASES, OVERVIEW, TABLE

    workers = _workers(arguments)
    stop_like_ctrl_c("SIGHUP")  # from a terminal that is closed; SIGTERM, from batch systems, is one anyway
    display = Display(str(workers))
    watch = Watch(display.looking, display.starting, display.ended, display.waiting)
    settings = Settings(arguments.model, arguments.engine, arguments.threads, arguments.retry_failed)
    try:
        totals = segment_cohort(arguments.source, arguments.out, workers, settings, watch)
    finally:
        display.close()
    print(summary(totals))
    print(f"  {arguments.out / OVERVIEW}, {TABLE}, {CASES}/")
    if wrong := _what_is_wrong(totals, arguments.out / TABLE):
        raise (SomeFailed if totals.status["done"] else AllFailed)("; ".join(wrong))
    return 0


def _what_is_wrong(totals: Totals, table: Path) -> list[str]:
    """Cases that failed, and folders and files of which nobody knows what they hold; each in a sentence."""
    done, failed, closed = totals.status["done"], totals.status["failed"], totals.left_out.closed
    wrong = [f"{failed} of {done + failed} cases failed: {table} says why"] if failed else []
    if closed:
        more = f" and {len(closed) - _CLOSED_TO_NAME} more" if len(closed) > _CLOSED_TO_NAME else ""
        wrong.append(
            f"could not look into {', '.join(closed[:_CLOSED_TO_NAME])}{more}, cases may be missing: check the "
            "permissions and the disk, and run it again"
        )
    return wrong


def _workers(arguments: argparse.Namespace) -> Workers:
    from LVSegULib.cohort.cluster import MEMORY_MB, Workers
    from LVSegULib.engines.workers import available_threads, check_threads

    if arguments.workers is not None and not 1 <= arguments.workers <= (os.cpu_count() or 1):
        raise UsageError(f"--workers must lie between 1 and {os.cpu_count()}, the processors, got {arguments.workers}")
    check_threads(arguments.threads)
    memory = MEMORY_MB if arguments.memory is None else arguments.memory
    if memory < 500:
        raise UsageError(f"--memory must be at least 500 MB, got {memory}")
    count = arguments.workers or max(1, available_threads() // arguments.threads)
    return Workers(count, memory, arguments.scheduler, arguments.slurm)


def summary(totals: Totals) -> str:
    """One line on what became of a cohort."""
    done, failed = totals.status["done"], totals.status["failed"]
    text = f"{done + failed} cases: {done} done, {failed} failed"
    if totals.ended:
        rate = totals.ended / max(totals.seconds, 1e-3)
        text += (
            f"; {totals.ended} of them now, {totals.images} images in {duration(totals.seconds)}, {rate:.2g} cases/s"
        )
    else:
        text += "; nothing to do"
    if totals.gone:
        text += f"; {totals.gone} earlier cases are not there any more, their files are kept"
    if totals.left_out:
        left_out = ", ".join(f"{reason}: {count}" for reason, count in totals.left_out.most_common(4))
        text += f"; left out {totals.left_out.total()} files ({left_out})"
    return text


class Display:
    """How far it is: a bar on a terminal with the rate, the time left and the failures, else a line now and then."""

    def __init__(self, who: str) -> None:
        """`who` does the work, for people."""
        self._who = who
        self._line = LastLine()
        self._is_terminal = self._line.is_shown
        self._bar: Any = None
        self._failed = 0
        self._looked = time.monotonic()
        self._is_told = False

    def looking(self, files: int) -> None:
        """Say how many files have been looked at."""
        if time.monotonic() - self._looked > 0.2 and not _is_silent():
            self._looked = time.monotonic()
            self._line.show(f"looking for cines: {files} files")

    def starting(self, to_do: int, total: int) -> None:
        """Show the bar."""
        from tqdm import tqdm

        self._line.clear()
        if to_do:
            _log.info("%d of %d cases to do by %s", to_do, total, self._who)
            interval = 0.2 if self._is_terminal else _LINE_SECONDS
            self._bar = tqdm(
                total=to_do,
                unit=" cases",
                mininterval=interval,
                maxinterval=interval,
                delay=0.0 if self._is_terminal else interval,
                smoothing=0.05,
                disable=_is_silent(),
                file=sys.stderr if self._is_terminal else _Lines(),
                ascii=None if self._is_terminal else True,  # a terminal may know blocks or not
                ncols=None if self._is_terminal else 100,
                bar_format="{n_fmt}/{total_fmt} |{bar}| {rate_noinv_fmt}, {remaining} left{postfix}",
            )

    def ended(self, case: Case, ending: Ending) -> None:
        """Count a case."""
        if ending.reason:
            self._failed += 1
            self._bar.set_postfix_str(f"{self._failed} failed", refresh=False)
            _log.info("%s: %s", case.name, ending.reason)
        self._bar.update()

    def waiting(self, threads: int) -> None:
        """Say once that no worker is there."""
        if threads == 0 and not self._is_told:
            self._is_told = True
            _log.warning("no worker yet at %s: waiting for one", self._who)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.leave = not self._is_terminal
            self._bar.close()


class _Lines(io.TextIOBase):
    """Stderr for a bar, where it is a file: each state of the bar is a line of its own."""

    def write(self, text: str) -> int:
        if line := text.strip():
            print(line, file=sys.stderr, flush=True)
        return len(text)


def _is_silent() -> bool:
    return not logging.getLogger("LVSegULib").isEnabledFor(logging.WARNING)
