"""What the command line says on stderr: one line for any error, log messages, and progress on a terminal."""

from __future__ import annotations

import logging
import signal
import sys
import threading

from LVSegULib.errors import LVSegUError, missing_package

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


class Progress:
    """A line on stderr that is written over as the work goes on; nothing where stderr is not a terminal.

    To be used with `with`, which takes the line away at the end.
    """

    def __init__(self, caption: str) -> None:
        self._caption = caption
        self._is_shown = sys.stderr.isatty()
        self._last = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            print(f"\r{' ' * (len(self._caption) + 33)}\r", end="", file=sys.stderr, flush=True)

    def __call__(self, share: float) -> None:
        """Show that `share` (0 to 1) is done."""
        if self._is_shown:
            filled = round(24 * share)
            bar = "#" * filled + "." * (24 - filled)
            line = f"\r{self._caption} [{bar}] {100 * share:3.0f} %"
            if line != self._last:  # a folder may have thousands of files, each of which is told of
                print(line, end="", file=sys.stderr, flush=True)
                self._last = line
