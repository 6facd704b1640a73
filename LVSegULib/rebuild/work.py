"""One step at work: its process, its log, what it goes on from, and how it ended."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import LVSegULib
from LVSegULib.errors import OutputError
from LVSegULib.modelfolder.folder import SPEC
from LVSegULib.rebuild.stamps import LASTING, Stamp, Stamps
from LVSegULib.rebuild.steps import REPLACING, UNFINISHED_FILES, Places, Step

PROGRAM = (sys.executable, "-m", "LVSegULib", "-v")
"""What runs a step's words; `-v` fills its log."""

SECONDS_TO_STOP = 30.0


class Work:
    """A step that is at work."""

    def __init__(
        self,
        step: Step,
        key: str,
        places: Places,
        stamps: Stamps,
        *,
        threads: int,
        lock: int,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        """Start the step's process.

        Args:
            step: what is done.
            key: see `Stamp`.
            places: where the places are.
            stamps: where it is noted that the step has begun.
            threads: processor threads that it may use.
            lock: a file descriptor that the process inherits.
            program: what runs the words.

        Raises:
            OutputError: the log cannot be written, or an earlier result cannot be moved aside.
        """
        self.step, self._stamps = step, stamps
        self.log = log_path(step, places)
        words = places.real(step.words)
        before = stamps.read(step)
        goes_on = before is not None and not before.is_done and (before.key, before.words) == (key, words)
        try:
            checkpoint = _checkpoint(step, places)
            if not goes_on:
                _move_aside(step, places, checkpoint)
            self._stamp = Stamp(key, words, is_done=False)
            stamps.write(step, self._stamp)
            resumes = goes_on and checkpoint is not None and checkpoint.is_file()
            given = [*words, *["--resume"] * resumes, *["--replace"] * _replaces(step, places)]
            self._process = self._start([*program, *given], places, threads, lock)
        except OSError as error:
            raise OutputError(f"{step.name} cannot be started: {error}") from error
        self._began = time.monotonic()

    def _start(self, words: list[str], places: Places, threads: int, lock: int) -> subprocess.Popen[bytes]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a" if "--resume" in words else "w", encoding="utf-8") as log:
            log.write(f"$ {shlex.join(words)}\n")
            log.flush()
            if not self.step.stdout:
                return _process(words, log.fileno(), log.fileno(), threads, lock)
            result = places.path(self.step.stdout)
            result.parent.mkdir(parents=True, exist_ok=True)
            with result.open("w", encoding="utf-8") as stdout:
                return _process(words, stdout.fileno(), log.fileno(), threads, lock)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._began

    def last_line(self) -> str:
        """The last line of the log."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 2000))
            lines = log.read().decode("utf-8", errors="replace").splitlines()
        return next((line for line in reversed(lines) if line.strip()), "")

    def ended(self, places: Places) -> str | None:
        """None while it works; then why it failed, or an empty text, and the stamp says that it is done."""
        code, peak_memory_mb = _poll(self._process)
        if code is None:
            return None
        missing = [word for word in self.step.products if not places.path(word).exists()]
        if code or missing:
            return self.last_line() if code else f"it did not write {places.path(missing[0])}"
        stamp = replace(self._stamp, is_done=True, seconds=round(self.seconds, 2), peak_memory_mb=peak_memory_mb)
        self._stamps.write(self.step, stamp)
        return ""

    def interrupt(self) -> None:
        """Ask the process to stop, as Ctrl-C does."""
        if sys.platform == "win32":
            self._process.terminate()
        else:
            self._process.send_signal(signal.SIGINT)

    def wait(self) -> None:
        """Wait for the process to end; one that does not is killed."""
        try:
            self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def log_path(step: Step, places: Places) -> Path:
    """Where the log of a step lies."""
    model, _, name = step.name.partition("/")
    return places.runs / model / "logs" / f"{name}.log"


def _process(words: list[str], stdout: int, stderr: int, threads: int, lock: int) -> subprocess.Popen[bytes]:
    root = str(Path(LVSegULib.__file__).parents[1])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    environment: Mapping[str, str] = {**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONPATH": paths}
    is_posix = sys.platform != "win32"
    return subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        env=environment,
        pass_fds=(lock,) if is_posix else (),
        start_new_session=is_posix,  # a terminal's Ctrl-C reaches the rebuild only, which stops its steps in order
    )


def _poll(process: subprocess.Popen[bytes]) -> tuple[int | None, float | None]:
    """The exit code, None while it works; and the peak memory in MB (10^6 bytes), None where it is not known."""
    if sys.platform == "win32":
        return process.poll(), None
    if process.returncode is None:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            unit = 1 if sys.platform == "darwin" else 1024
            return process.returncode, round(usage.ru_maxrss * unit / 1e6, 1)
    return process.returncode, None


def _replaces(step: Step, places: Places) -> bool:
    """Whether the step writes a model over an earlier one."""
    return step.command in REPLACING and any((places.path(word) / SPEC).is_file() for word in step.outputs)


def _checkpoint(step: Step, places: Places) -> Path | None:
    """From what the step goes on if it was stopped; None for a command that starts over."""
    pattern = UNFINISHED_FILES.get(step.command)
    return places.path(pattern.format(step.outputs[0])) if pattern else None


def _move_aside(step: Step, places: Places, checkpoint: Path | None) -> None:
    """Keep what took long and is of other settings under another name, and forget an unfinished search."""
    for word in step.outputs if step.command in LASTING else ():
        path = places.path(word)
        if word.startswith("RUNS/") and path.is_dir():
            earlier = path.with_name(f"{path.name}.earlier")
            shutil.rmtree(earlier, ignore_errors=True)
            path.rename(earlier)
    if checkpoint is not None and checkpoint.is_file():
        shutil.rmtree(checkpoint.parent)
