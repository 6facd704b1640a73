"""What the command line says on stderr: one line for any error, and log messages."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Set
from typing import TYPE_CHECKING

from LVSegULib.errors import LVSegUError, describe, missing_package
from LVSegULib.shown import without_breaks

if TYPE_CHECKING:
    from LVSegULib.modelfolder.spec import ModelSpec

CANCELLED = 130
FAULT = 1


def exit_code_of(error: BaseException) -> int:
    """The documented exit code of an error."""
    if isinstance(error, KeyboardInterrupt):
        return CANCELLED
    if isinstance(error, LVSegUError):
        return error.exit_code
    is_the_users = isinstance(error, OSError) or missing_package(error) is not None
    return LVSegUError.exit_code if is_the_users else FAULT


def report_failure(logger: logging.Logger, where: str, error: Exception, *, debug: bool) -> None:
    """Log what went wrong with one of several inputs.

    Args:
        logger: takes the line.
        where: the input; it is said where the error does not name it.
        error: what went wrong.
        debug: whether the traceback is shown too.
    """
    line = describe(error)
    logger.error("%s", line if without_breaks(where) in line else f"{where}: {line}", exc_info=error if debug else None)


def warn_of_training_patients(logger: logging.Logger, spec: ModelSpec, patients: Set[str], so: str) -> None:
    """Warn where the model was trained on some of `patients`; `so` ends the sentence with what follows from it."""
    if seen := patients & spec.trained_on:
        text = "%s was trained on %d of these %d patients%s"
        logger.warning(text, spec.name, len(seen), len(patients), so)


def stop_like_ctrl_c(*signals: str) -> None:
    """Take these signals ("SIGTERM") as Ctrl-C, also in the background of a shell; Windows lacks some of them.

    Only the main thread may, which gets them.
    """
    for name in signals:
        if hasattr(signal, name) and threading.current_thread() is threading.main_thread():
            signal.signal(getattr(signal, name), signal.default_int_handler)


def start_logging(verbose: int = 0, *, quiet: bool = False) -> None:
    """Send the library's log to stderr: warnings, or more with `verbose`, or only errors with `quiet`."""
    level = logging.ERROR if quiet else {0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LowerCaseLevel("lvsegu: %(levelname)s: %(message)s"))
    logger = logging.getLogger("LVSegULib")
    logger.handlers = [handler]
    logger.setLevel(level)
    logger.propagate = False
    # Other packages warn of things that the user of a command can do nothing about.
    logging.captureWarnings(True)
    others = logging.getLogger("py.warnings")
    others.handlers = [handler if verbose > 1 else logging.NullHandler()]
    others.propagate = False


class _LowerCaseLevel(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        record.levelname = record.levelname.lower()
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (its name in the standard library)
        return without_breaks(super().formatMessage(record))
