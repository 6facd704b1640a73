"""The process that reads inputs, one after the other, and the parent's side of it, which can stop it."""

from __future__ import annotations

import faulthandler
import logging
import multiprocessing
import os
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from Testing.fuzz.inputs import FuzzInput, fuzz_input
from Testing.fuzz.judge import Ending, Reader, judge, read_as_users_do
from Testing.fuzz.limits import MOST_BYTES, held_at_most, held_now, limit_memory, reset_peak
from Testing.fuzz.seeds import seeds

_STARTING_SECONDS = 120.0


@dataclass(frozen=True)
class Report:
    """What became of one input: its number and format, how it ended, how long it took and what it needed."""

    index: int
    kind: str
    ending: Ending
    seconds: float = 0.0
    megabytes: float = 0.0


class Worker:
    """A process that reads the inputs of a run, as it is told by their numbers."""

    def __init__(self, read: Reader, seed: int, seconds: float) -> None:
        self._read, self._seed, self._seconds = read, seed, seconds
        self._folder = Path(tempfile.mkdtemp(prefix="lvsegu-fuzz-"))
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        arguments = (theirs, self._read, self._seed, self._folder)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        self._index: int | None = None
        self._deadline = time.monotonic() + _STARTING_SECONDS

    @property
    def is_idle(self) -> bool:
        """Whether it waits for a number."""
        return self._index is None

    def give(self, index: int) -> None:
        """Have it read an input."""
        self._index = index
        self._deadline = max(self._deadline, time.monotonic() + self._seconds)
        with suppress(OSError):  # if it has ended, `collect` says so
            self.connection.send(index)

    def collect(self) -> Report | None:
        """What became of the input, if that is known by now; a process that ended or hangs is replaced."""
        if self._index is None:
            return None
        try:
            if self.connection.poll():
                report: Report = self.connection.recv()
                self._index, self._deadline = None, 0.0
                return report
        except (EOFError, OSError):
            self._process.join()
            return self._replaced(Ending("crash", f"exit code {self._process.exitcode}; {self._last_words()}"))
        if time.monotonic() > self._deadline:
            return self._replaced(Ending("hang", f"more than {self._seconds:g} s"))
        return None

    def stop(self) -> None:
        """End the process and remove its folder."""
        self.connection.close()
        self._process.kill()
        self._process.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _replaced(self, ending: Ending) -> Report:
        index = self._index
        assert index is not None
        self._process.kill()
        self._process.join()
        self.connection.close()
        self._start()
        return Report(index, fuzz_input(self._seed, index).kind, ending, self._seconds)

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = (self._folder / "stderr").read_text(errors="replace").split("\n")
            return " / ".join(line.strip() for line in lines[:6] if line)
        return ""


def _serve(connection: Connection, read: Reader, seed: int, folder: Path) -> None:
    """Read the inputs whose numbers come, in a process of its own, until the parent is gone."""
    stderr = _redirect_stderr(folder / "stderr")
    logging.getLogger("LVSegULib").addHandler(logging.NullHandler())
    for name, seed_input in seeds().items():  # so that what is loaded once is not taken for what an input needs
        _one(read_as_users_do, FuzzInput(name, seed_input.files, seed_input.target), folder)
    limit_memory()
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            os.ftruncate(stderr, 0)
            os.lseek(stderr, 0, os.SEEK_SET)
            index = connection.recv()
            report = replace(_one(read, fuzz_input(seed, index), folder), index=index)
            noise = os.pread(stderr, 200, 0).decode(errors="replace")
            if noise and report.ending.is_fine:
                report = replace(report, ending=Ending("noise", " / ".join(noise.splitlines())))
            connection.send(report)


def _redirect_stderr(path: Path) -> int:
    """Send what is written to stderr, by C libraries too, into a file; gives its descriptor."""
    stderr = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    os.dup2(stderr, 2)
    faulthandler.enable(2)
    return stderr


def _one(read: Reader, given: FuzzInput, folder: Path) -> Report:
    place = folder / "input"
    for name, content in given.files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    place.mkdir(exist_ok=True)
    reset_peak()
    before, start = held_now(), time.perf_counter()
    ending = judge(read, place / (given.target or ""))
    seconds, taken = time.perf_counter() - start, max(0, held_at_most() - before)
    shutil.rmtree(place)
    if taken > MOST_BYTES and ending.is_fine:
        ending = Ending("memory", f"{taken / 1e6:.0f} MB")
    return Report(-1, given.kind, ending, seconds, taken / 1e6)
