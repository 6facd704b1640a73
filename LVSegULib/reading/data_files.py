"""The files that a header names for its pixels: one, a list, or a pattern with a running number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from LVSegULib.errors import InputError
from LVSegULib.shown import shown

MOST_FILES = 10_000

_NUMBERED = re.compile(r"(?P<before>[^%]*)%0?(?P<digits>\d?)[du](?P<after>[^%]*)")


def named_files(header: Path, value: str, listed: Sequence[str]) -> tuple[Path, ...]:
    """The files that the `value` of a header's field stands for.

    Args:
        header: the file with the header; names are relative to its folder.
        value: "NAME", "LIST" or "PATTERN FIRST LAST [STEP]", the pattern as in C ("slice%03d.raw").
        listed: the lines after the header, which are the names of a LIST.

    Raises:
        InputError: it names nothing, or too many files, or one that is not there.
    """
    pattern, *numbers = value.split() or [""]
    if pattern.upper() == "LIST":
        names = [line.strip() for line in listed if line.strip()]
    elif (found := _NUMBERED.fullmatch(pattern)) and all(re.fullmatch(r"-?\d{1,6}", number) for number in numbers):
        first, last, step = (*map(int, numbers), 1)[:3] if len(numbers) >= 2 else (0, -1, 1)
        digits = int(found["digits"] or 1)
        names = [f"{found['before']}{n:0{digits}d}{found['after']}" for n in range(first, last + 1, max(step, 1))]
    else:
        names = [value] if value else []
    if not names or len(names) > MOST_FILES or any("\0" in name for name in names):
        raise InputError(
            f'{header}: names {len(names)} files for its pixels ("{shown(value)}"), expected 1 to {MOST_FILES}: '
            "save the image in one file"
        )
    files = tuple(header.parent / name for name in names)
    for name, file in zip(names, files, strict=True):
        if not _is_there(file):
            raise InputError(f'{header}: its pixels should be in "{shown(name)}", which is no file: put the file there')
    return files


def _is_there(file: Path) -> bool:
    """Whether it is neither missing nor a device that never ends."""
    try:
        return file.is_file()
    except OSError:  # a name that is longer than any, or a folder that is closed
        return False
