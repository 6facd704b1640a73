"""Who works on a job: a folder that only one process can make, with a sign of life in it.

Folders can be made by one only, on shared file systems too. Claims on a job are numbered: who finds that the last one
has died makes the next, which again only one can do; nothing is ever taken away from another.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from LVSegULib.json_text import read_json

DEAD_AFTER_SECONDS = 300.0
"""A claim of another machine without a sign of life for this long is dead."""

BEAT_SECONDS = 15.0
"""Time between two signs of life."""

HOLDER = "holder.json"
MACHINE = f"{socket.gethostname()}-{uuid.getnode():012x}"


@dataclass(frozen=True)
class Claim:
    """A job that this process works on; `path` is the folder that says so."""

    path: Path

    def beat(self) -> bool:
        """Give a sign of life; false if the claim was taken for dead and another process has the job now."""
        with suppress(OSError):
            os.utime(self.path / HOLDER)
        return _last(self.path.parent) == self.path

    def release(self) -> None:
        """Let others have the job; dead claims before this one are tidied up."""
        for path in _claims(self.path.parent):
            if path <= self.path:
                shutil.rmtree(path, ignore_errors=True)


@dataclass
class Claims:
    """Takes claims, and remembers the signs of life of others.

    Attributes:
        clock: seconds; only differences count, so that the clocks of several machines need not agree.
    """

    clock: Callable[[], float] = time.monotonic
    _seen: dict[Path, tuple[int, float]] = field(default_factory=dict)

    def take(self, folder: Path) -> Claim | None:
        """A claim on the job in `folder`; None while another process that lives has it."""
        folder.mkdir(parents=True, exist_ok=True)
        last = _last(folder)
        if last is not None and not self._is_dead(last):
            return None
        number = 1 + (int(last.name.rpartition("-")[2]) if last else 0)
        claim = Claim(folder / f"claim-{number:04d}")
        try:
            claim.path.mkdir()
        except FileExistsError:
            return None
        holder = {"machine": MACHINE, "process": os.getpid()}
        (claim.path / HOLDER).write_text(json.dumps(holder), encoding="utf-8")
        return claim

    def _is_dead(self, path: Path) -> bool:
        try:
            beat = (path / HOLDER).stat().st_mtime_ns
            holder = dict(read_json(path / HOLDER))
        except OSError:
            holder, beat = {}, 0
        except (ValueError, TypeError):  # only its signs of life count
            holder = {}
        process = holder.get("process")
        if holder.get("machine") == MACHINE and isinstance(process, int) and not _is_running(process):
            return True
        known, since = self._seen.get(path, (None, 0.0))
        if known != beat:
            self._seen[path] = beat, self.clock()
            return False
        return self.clock() - since > DEAD_AFTER_SECONDS


def is_claimed(folder: Path) -> bool:
    """Whether somebody, alive or dead, has a claim on the job in `folder`."""
    return _last(folder) is not None


def _claims(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("claim-*") if re.fullmatch(r"claim-[0-9]{4,18}", path.name))


def _last(folder: Path) -> Path | None:
    return next(reversed(_claims(folder)), None)


def _is_running(process: int) -> bool:
    """Whether a process of this machine is there; true where that cannot be asked, and its signs of life decide."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):  # the latter: no system has a process of that number
        return False
    except PermissionError:
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Whether a process has ended and only waits for its parent to hear of it; false where that cannot be seen."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[:1] == ["Z"]
