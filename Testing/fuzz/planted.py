"""A reader with faults in it, a different one at each call, which the fuzz test must find."""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np

import LVSegULib
from LVSegULib.cine import Cine
from LVSegULib.errors import InputError

MUCH_MEMORY = 3 * 10**9


def a_cine(**changed: object) -> Cine:
    """A cine without fault."""
    frames = np.arange(2 * 3 * 4 * 4, dtype=np.float32).reshape(2, 3, 4, 4)
    return Cine(frames, np.diag([1.5, 1.5, 8, 1]), **changed)  # type: ignore[arg-type]


def _raise(_: Path) -> Cine:
    raise KeyError("planted")


def _take_memory(_: Path) -> Cine:
    return a_cine(name=str(len(bytearray(MUCH_MEMORY))))


def _hide_that_memory_lacked(path: Path) -> Cine:
    try:
        return _take_memory(path)
    except MemoryError as error:
        raise InputError(f"{path}: is damaged: copy it again") from error


def _print_to_stderr(_: Path) -> Cine:
    print("planted", file=sys.stderr, flush=True)
    return a_cine()


def _print_as_c_does(_: Path) -> Cine:
    os.write(2, b"planted\n")
    return a_cine()


def _warn(_: Path) -> Cine:
    warnings.warn_explicit("planted", RuntimeWarning, LVSegULib.__file__, 1)
    return a_cine()


def _say(message: str) -> Callable[[Path], Cine]:
    def read(_: Path) -> NoReturn:
        raise InputError(message)

    return read


def _hang(_: Path) -> Cine:
    while True:
        time.sleep(0.1)


def _exit(_: Path) -> Cine:
    os._exit(3)


def _crash(_: Path) -> Cine:
    os.kill(os.getpid(), signal.SIGSEGV)
    return _hang(_)


FAULTS: tuple[tuple[Callable[[Path], Cine], str], ...] = (
    (lambda _: a_cine(), "output"),
    (_say("beat.nii: is cut short: copy it again"), "clear error"),
    (_raise, "fault"),
    (_take_memory, "memory"),
    (_hide_that_memory_lacked, "memory"),
    (_print_to_stderr, "noise"),
    (_print_as_c_does, "noise"),
    (_warn, "warning"),
    (_say("failed"), "unclear error"),  # of what?
    (_say("beat.nii: is cut\nshort"), "unclear error"),
    (_say("beat.nii: is \x1b[31mcut short"), "unclear error"),
    (_say("beat.nii: " + "is cut short " * 100), "unclear error"),
    (_say("beat.nii: int() argument must be a string, not 'list'"), "unclear error"),
    (_say("beat.nii: maximum recursion depth exceeded"), "unclear error"),
    (lambda _: a_cine(time_ms=np.array([0, np.nan])), "bad cine"),
    (lambda _: a_cine(name="A" * 300), "bad cine"),
    (lambda _: a_cine(notes=("two\nlines",)), "bad cine"),
    (_hang, "hang"),
    (_exit, "crash"),
    (_crash, "crash"),
)
"""What is done, and what the fuzz test must call it; the first two are no faults, the last three end the process."""


def read_with_faults(path: Path) -> Cine:
    """Do the next of `FAULTS`; which that is stands in a file, because processes do not live through all of them."""
    place = next(folder for folder in (path, *path.parents) if folder.name == "input").parent / "calls"
    calls = len(place.read_bytes()) if place.exists() else 0
    place.write_bytes(bytes(calls + 1))
    return FAULTS[calls][0](path)
