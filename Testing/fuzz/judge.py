"""Reads one input as a user would, and judges how that ended."""

from __future__ import annotations

import re
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import LVSegULib
from LVSegULib.cine import Cine
from LVSegULib.errors import LVSegUError
from LVSegULib.shown import is_printable

OUTPUT, ERROR = "output", "clear error"

LONGEST_MESSAGE = 700
LONGEST_NAME = 200
"""Bytes that file systems leave for a name, with room for the endings of the results."""

_INSIDES = re.compile(
    r"\w(Error|Exception|Warning)\b|\b(int|float|str|bytes)\(|NoneType|' object|\bargument\b|\battribute\b|\bITK\b"
    r"|<class|\bb['\"]|recursion|traceback|could not convert|invalid literal|index out of|while decompressing"
)
"""Words that people cannot do anything with: they are Python's, or those of a library."""

Reader = Callable[[Path], Cine]


@dataclass(frozen=True)
class Ending:
    """How reading an input ended: with an output, a clear error, or something that must not be, and what was said."""

    kind: str
    said: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether it is how reading may end."""
        return self.kind in (OUTPUT, ERROR)


def read_as_users_do(path: Path) -> Cine:
    """What the command line and the panel call for a path: the inputs it stands for, then the first of them."""
    from LVSegULib.reading import read_cine
    from LVSegULib.reading.inputs import expand_inputs

    expand_inputs([path if path.is_dir() else path.parent])
    return read_cine(path)


def judge(read: Reader, path: Path) -> Ending:
    """Read `path`; whatever is raised becomes an ending."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ending = _ending(read, path)
    own = [str(warning.message) for warning in caught if _is_own(warning)]
    return Ending("warning", own[0]) if own and ending.is_fine else ending


def _ending(read: Reader, path: Path) -> Ending:
    try:
        return _judge_cine(read(path))
    except LVSegUError as error:
        return Ending("memory", str(error)) if _lacked_memory(error) else _judge_message(str(error))
    except MemoryError as error:
        return Ending("memory", repr(error))
    except BaseException as error:  # whatever else it is must not be
        place = traceback.extract_tb(error.__traceback__)[-1]
        return Ending("fault", f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})")


def _judge_cine(cine: Cine) -> Ending:
    """A cine that a label map can be made for, and whose times and name can be written."""
    np.zeros(cine.frames.shape, np.uint8)
    if cine.time_ms is not None and not np.isfinite(cine.time_ms).all():
        return Ending("bad cine", "its times are not finite")
    if not 0 < len(cine.name.encode()) <= LONGEST_NAME:
        return Ending("bad cine", f"its name has {len(cine.name.encode())} bytes")
    for text in (cine.describe(), cine.source, *cine.notes):
        if not is_printable(text) or len(text) > 3 * LONGEST_MESSAGE:
            return Ending("bad cine", f"says what cannot be shown: {text!r:.200}")
    return Ending(OUTPUT)


def _judge_message(message: str) -> Ending:
    """One line for people that begins with where, and speaks of nobody's insides outside of what it quotes."""
    unquoted = re.sub(r'"[^"]*"', "", message)
    is_clear = is_printable(message) and len(message) <= LONGEST_MESSAGE and ": " in message
    is_clear = is_clear and not _INSIDES.search(unquoted)
    return Ending(ERROR if is_clear else "unclear error", message)


def _lacked_memory(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, MemoryError) or "alloc" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_own(warning: warnings.WarningMessage) -> bool:
    """Whether it is for what the readers do: theirs, or of arithmetic in NumPy; pydicom's are for its own values."""
    is_of_arithmetic = issubclass(warning.category, RuntimeWarning)
    return is_of_arithmetic or Path(LVSegULib.__file__).parent in Path(warning.filename).parents
