"""One run at a time in a folder: two would write the same files."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from LVSegULib.atomic import cannot_write
from LVSegULib.errors import UsageError

_log = logging.getLogger(__name__)

_TAKEN = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
"""What systems say of a lock that another has. Anything else is of a disk without locks, as some network disks are."""


class Busy(UsageError):
    """Somebody else is at work in the folder."""


@contextmanager
def locked(folder: Path, name: str, others: str) -> Iterator[int]:
    """Hold a lock of `folder`, which is made if it is missing.

    Gives the lock's file descriptor. A process that inherits it holds the lock too, so a step that outlives a killed
    run is waited for and not disturbed (on Windows the lock ends with the run). On a disk without locks, the work goes
    on with a warning.

    Args:
        folder: where the work is done.
        name: the lock's file in it.
        others: who has the lock if it cannot be had, for people: "another rebuild".

    Raises:
        Busy: somebody else is at work there.
        OutputError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / name).open("a")
    except OSError as error:
        raise cannot_write(f"to {folder}", error, "folder") from error
    with file:
        try:
            _take(file.fileno())
        except OSError as error:
            if error.errno in _TAKEN:
                raise Busy(f"{others} is at work in {folder}: wait for it, or stop it") from error
            _log.warning(
                "%s: its disk knows no locks (%s): see that nothing else works in it", folder, error.strerror or error
            )
        yield file.fileno()


def _take(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
