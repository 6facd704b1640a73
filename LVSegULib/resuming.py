"""Why a checkpoint cannot be gone on from, said alike by all who write some."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from LVSegULib.errors import InputError, reason


@contextmanager
def resuming(path: Path, anew: str, *damage: type[Exception]) -> Iterator[None]:
    """Read the checkpoint `path`; a disk that does not let it be read is told from a file that cannot be used.

    Args:
        path: the file, which is opened once: safetensors says of a file that may not be read that there is none.
        anew: what to do instead of going on.
        damage: what else than a ValueError, a KeyError and safetensors' own errors says that the file cannot be used.

    Raises:
        InputError: either of them.
    """
    unusable: tuple[type[Exception], ...] = (SafetensorError, ValueError, KeyError, *damage)
    try:
        path.open("rb").close()
        yield
    except OSError as error:
        raise InputError(
            f"cannot read {path} ({reason(error)}): check the disk and its permissions, and try again"
        ) from error
    except unusable as error:
        raise InputError(
            f"cannot resume from {path} ({reason(error)}), a damaged file or one of another version: {anew}"
        ) from error
