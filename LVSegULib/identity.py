"""What tells a file or folder from others, by whatever path or link it is reached."""

from __future__ import annotations

import os
from pathlib import Path

Identity = tuple[int, int] | str
"""Device and number on it, or the real path on file systems without numbers, as some network and virtual drives are."""


def identity_of(path: Path) -> Identity:
    """The identity of a file or folder.

    Raises:
        OSError: it is not there, or cannot be looked at.
    """
    state = path.stat()
    return (state.st_dev, state.st_ino) if state.st_ino else os.path.normcase(path.resolve())


def is_same(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same file or folder; not if one leads nowhere."""
    try:
        return identity_of(one) == identity_of(other)
    except OSError:
        return False
