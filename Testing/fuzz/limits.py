"""The memory of this process: how much it may take, and the most that it has held. Linux only; elsewhere nothing."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 2 * 10**9
"""What reading one input may take beyond what the process holds before, in address space too."""

_STATUS = Path("/proc/self/status")


def is_measured() -> bool:
    """Whether this system can tell."""
    return sys.platform == "linux"


def limit_memory(most: int = MOST_BYTES) -> None:
    """From now on, whoever asks for `most` bytes more than there are gets none."""
    if is_measured():
        import resource

        limit = _status("VmSize") + most
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def reset_peak() -> None:
    """Forget the most that was held before."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def held_now() -> int:
    """Bytes that are held; 0 where it cannot be told."""
    return _status("VmRSS")


def held_at_most() -> int:
    """The most bytes since `reset_peak`; 0 where it cannot be told."""
    return _status("VmHWM")


def _status(name: str) -> int:
    if not is_measured():
        return 0
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return 1024 * int(line.split()[1])
