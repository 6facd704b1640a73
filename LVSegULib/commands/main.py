"""The command `lvsegu`: finds the subcommand, imports only that one, and turns every error into a line and a code."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from LVSegULib import __version__
from LVSegULib.commands.messages import exit_code_of, start_logging, stop_like_ctrl_c
from LVSegULib.errors import SomeFailed, UsageError, describe
from LVSegULib.reading.names import is_text

COMMANDS = {
    "segment": "segment cines: label maps, volumes over the beat, ejection fraction, a picture",
    "cohort": "segment thousands of cines on many workers, into one table and one page",
    "demo": "segment the sample patient that comes with LVSegU",
    "models": "list the installed models",
    "info": "show one model",
    "evaluate": "compare a model with the reference contours of a data set",
    "dataset": "collect your own volumes and segmentations into a data set",
    "relabel": "draw the contours of a data set anew with a model, to teach another by",
    "train": "train a model on your own data",
    "bench": "time every engine on this machine",
    "prune": "take filters out of a trained model, without retraining",
    "compare": "compare ways of pruning at the same sizes",
    "study": "compare ways of training, cross-validated by patient",
    "filters": "look at every filter of a network, and at what it does",
    "threshold": "make a trained model draw a little smaller or larger",
    "calibrate": "teach a model to tell which of its slices may be wrong",
    "rebuild": "make models of their recipes, from the data sets to the figures in the documents",
    "publish": "give a trained model its figures and its card, for shipping",
}
"""Each subcommand lives in the module of its name beside this one, with "_" for "-": add_arguments(parser) and
run(arguments) -> int."""

EPILOG = """exit codes: 0 done, 1 out of memory or a fault in LVSegU, 2 usage, 3 bad input, model or output folder,
4 some of several inputs failed, 130 cancelled. Not for clinical use."""


class _Parser(argparse.ArgumentParser):
    """Says a usage error in one line, like every other error, and takes no empty path."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.register("type", Path, _path)

    def parse_known_args(self, *arguments: Any, **options: Any) -> Any:
        """As ever; but the subcommand refuses what it does not know itself, and so points to its own options."""
        found, unknown = super().parse_known_args(*arguments, **options)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        if self.usage and message.startswith("the following arguments are required"):
            message = f"something is missing, expected {self.usage.splitlines()[0]}"
        self.exit(2, f"lvsegu: {message} ({self.prog} --help shows the options)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `lvsegu` with `argv` (the process's own by default) and return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    _open_streams()
    stop_like_ctrl_c("SIGTERM")
    debug = "--debug" in words
    try:
        code = _run(words)
        sys.stdout.flush()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except BrokenPipeError:
        # The reader of our output has gone; without this, Python complains again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (Exception, KeyboardInterrupt) as error:
        if debug and not isinstance(error, SomeFailed):  # of those, each input's own has been shown
            traceback.print_exception(error)
        where = "cannot write to the standard output or a file: " if _is_full_disk(error) else ""
        print(f"lvsegu: {where}{describe(error)}", file=sys.stderr)
        return exit_code_of(error)
    return code


def _open_streams() -> None:
    """Write what no system takes as escapes; and nowhere, where a stream was closed before the start."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
        if hasattr(stream := getattr(sys, name), "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _is_full_disk(error: BaseException) -> bool:
    """Whether something could not be written, be it printed or in a file, without saying so in words of ours."""
    return isinstance(error, OSError) and not error.filename and error.errno in (errno.ENOSPC, errno.EFBIG)


def _run(words: list[str]) -> int:
    chosen = next((word for word in words if word in COMMANDS), None)
    arguments = build_parser(chosen).parse_args(words)
    start_logging(getattr(arguments, "verbose", 0), quiet=getattr(arguments, "quiet", False))
    _check_out(getattr(arguments, "out", None))
    _refuse_empty(arguments)
    return int(_module(arguments.command).run(arguments))


def _check_out(out: Path | None) -> None:
    """Libraries in C++ and databases cannot write to a folder whose name is no text; some end the process over it."""
    if out is not None and not is_text(out):
        raise UsageError(f"--out {out}: its name is not UTF-8: choose another --out folder")


def _refuse_empty(arguments: argparse.Namespace) -> None:
    """An empty name of a model or data set would be taken for the current folder; settings may well be empty."""
    for name, value in vars(arguments).items():
        if not name.startswith("set ") and "" in (value if isinstance(value, list) else [value]):
            raise UsageError(f"{name}: an empty text was given: give a name or path, or leave it out")


def _path(text: str) -> Path:
    """A path that an option or argument gives; an empty one would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("is empty: give the path of a file or folder")
    return Path(text)


def _module(command: str) -> ModuleType:
    return importlib.import_module(f"LVSegULib.commands.{command.replace('-', '_')}")


def build_parser(chosen: str | None) -> argparse.ArgumentParser:
    """The parser of `lvsegu`; only the subcommand `chosen` is imported and has its own options."""
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    _add_common_options(common)
    parser = _Parser(
        prog="lvsegu",
        parents=[common],
        epilog=EPILOG,
        description="Left-ventricle segmentation in short-axis cine MR with a lightweight U-Net.",
    )
    parser.add_argument("--version", action="version", version=f"lvsegu {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        description = f"{summary[0].upper()}{summary[1:]}."
        subparser = subparsers.add_parser(name, parents=[common], help=summary, description=description)
        if name == chosen:
            _module(name).add_arguments(subparser)
    return parser


def _add_common_options(parser: argparse.ArgumentParser) -> None:
    """Options that may stand before or after the subcommand; without defaults, so neither place undoes the other."""
    parser.add_argument("-v", "--verbose", action="count", help="say more on stderr; twice: everything")
    parser.add_argument("-q", "--quiet", action="store_true", help="say only errors on stderr")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
