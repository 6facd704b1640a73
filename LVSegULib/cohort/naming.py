"""Names of cases: short, safe as folder names on every system, and the same in every run of a cohort."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence

from LVSegULib.cohort.case import Found
from LVSegULib.reading.names import safe_name

LONGEST = 64
"""Most bytes of a new name in UTF-8: twice in a path, it leaves --out 90 of the 260 characters that Windows allows."""


def give_names(found: Sequence[Found], known: Mapping[str, str]) -> dict[str, str]:
    """A name for every case, by its key; no two are the same, in letters of either case.

    New cases that want the same name, or one that is taken, all get their longer ones; those that have none left are
    numbered. The order of `found` does not matter.

    Args:
        found: the cases.
        known: the names of earlier runs by key; these never change, nor are they given to others.
    """
    taken = {name.casefold() for name in known.values()}
    new = sorted((one for one in found if one.key not in known), key=lambda one: one.key)
    wanted = _as_long_as_needed({one.key: one.names for one in new}, taken)
    counts = Counter(name.casefold() for name in wanted.values())
    free = {name for name, count in counts.items() if count == 1} - taken
    taken |= free
    names = {one.key: known[one.key] for one in found if one.key in known}
    numbers: Counter[str] = Counter()
    for key, name in wanted.items():
        names[key] = name if name.casefold() in free else _numbered(name, taken, numbers)
        taken.add(names[key].casefold())
    return names


def folder_name(text: str) -> str:
    """`text` as the name of a folder, the same when it is given again; long ones end in a hash instead."""
    name = _safe(text)
    if len(name.encode()) <= LONGEST:
        return name
    digest = short_hash(text)
    return f"{name.encode()[: LONGEST - len(digest) - 1].decode(errors='ignore')}-{digest}"


def is_name(name: object) -> bool:
    """Whether a case may be called so; the names of earlier cohorts may be longer than new ones."""
    return isinstance(name, str) and _safe(name) == name


def longer_names(name: str, parents: Sequence[str]) -> tuple[str, ...]:
    """`name`, and with ever more of the folders it lies in before it, as names of folders."""
    names = itertools.accumulate(reversed(parents), lambda longer, parent: f"{parent}-{longer}", initial=name)
    return tuple(folder_name(name) for name in names)


def short_hash(text: str) -> str:
    """Eight digits and letters that tell `text` from others."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def printable(text: str) -> str:
    r"""`text` with bytes of file names that are no text as "\xff", so that tables and databases can hold it."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _safe(text: str) -> str:
    return safe_name(safe_name(text).lstrip("._+-"))


def _as_long_as_needed(names: Mapping[str, Sequence[str]], taken: set[str]) -> dict[str, str]:
    """The first name of each key that nothing else wants, or the last it has."""
    length = dict.fromkeys(names, 0)
    while True:
        wanted = {key: names[key][length[key]] for key in names}
        counts = Counter(name.casefold() for name in wanted.values())
        for_longer = [
            key
            for key, name in wanted.items()
            if (counts[name.casefold()] > 1 or name.casefold() in taken) and length[key] + 1 < len(names[key])
        ]
        if not for_longer:
            return wanted
        for key in for_longer:
            length[key] += 1


def _numbered(name: str, taken: set[str], numbers: Counter[str]) -> str:
    """`name`, or with the first number that is not taken; `numbers` holds the last that was tried for each."""
    while True:
        numbers[name.casefold()] += 1
        number = numbers[name.casefold()]
        candidate = name if number == 1 else folder_name(f"{name}-{number}")
        if candidate.casefold() not in taken:
            return candidate
