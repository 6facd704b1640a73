"""The studies that the DICOM files of one folder belong to; headers are read once, and remembered for later runs."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from LVSegULib.cohort.case import fingerprint_of
from LVSegULib.cohort.left_out import LeftOut
from LVSegULib.cohort.listing_headers import SHORTEST, Study, Unknown, read_study
from LVSegULib.cohort.listing_images import data_of_headers
from LVSegULib.cohort.listing_walk import Folder
from LVSegULib.cohort.naming import printable
from LVSegULib.json_text import NotJson, json_of
from LVSegULib.parallel import in_order

_FORMAT = 1
_READERS = 6
"""Threads beyond the processor's: on a network disk most of the time goes by waiting."""

_FILES_EACH = 16
"""Files that a thread takes at once: with fewer, threads wait more for each other than for the disk."""

_OTHER_KINDS = frozenset(
    (
        *(".csv", ".htm", ".html", ".json", ".log", ".md", ".tsv", ".txt", ".xml", ".yaml", ".yml"),
        *(".avi", ".gif", ".jpeg", ".jpg", ".mp4", ".pdf", ".png", ".xls", ".xlsx"),
        *(".bz2", ".gz", ".tar", ".tgz", ".zip", ".parquet", ".sqlite", ".sqlite-shm", ".sqlite-wal"),
    )
)
"""Endings of files that are not opened to see whether they are DICOM."""


class FolderMemory(Protocol):
    """Keeps a text on each folder between runs of a cohort."""

    def recall(self, folder: str, fingerprint: str) -> str | None:
        """What `remember` was told of a folder when its files had the same fingerprint; else None."""

    def remember(self, folder: str, fingerprint: str, text: str) -> None:
        """Keep `text` on a folder, instead of what was known of it."""


@dataclass(frozen=True)
class Part:
    """Files of one folder that belong to one case.

    Attributes:
        folder: path of the folder inside the root, "" for the root.
        study: their study; None if they do not tell it.
        files: their names, parted by "/": a cohort has millions of them.
        fingerprint: see `fingerprint_of`.
        is_file: whether the case is this one file, and not what its folder holds.
    """

    folder: str
    study: Study | None
    files: str
    fingerprint: str
    is_file: bool = False


class _Contents(NamedTuple):
    """Whose the files of a folder are: for each of them the number of a study, or why it is not known."""

    studies: list[Study]
    owners: list[int]


def parts_in(folder: Folder, memory: FolderMemory, left_out: LeftOut, report: Callable[[int], None]) -> list[Part]:
    """The DICOM files of a folder, by the case they belong to.

    A file that does not tell its study belongs to the only one of its folder. If there are several, it is a case of its
    own, and if there is none, all such files of the folder are one case: reading it says what is wrong.

    Args:
        folder: the folder.
        memory: what is known of it from earlier runs.
        left_out: takes up the files that are neither images nor DICOM, or cannot be opened.
        report: told how many of the files have been read so far.
    """
    names = _possible(folder, left_out)
    if not names:
        return []
    fingerprint = fingerprint_of((name, folder.files[name]) for name in names)
    path = printable(folder.relative) or "."
    contents = _recalled(memory.recall(path, fingerprint), len(names))
    if contents is None:
        contents = _read([folder.path / name for name in names], report)
        if Unknown.CLOSED not in contents.owners:
            memory.remember(path, fingerprint, _as_text(contents))
    if contents.owners.count(0) == len(names):
        return [Part(folder.relative, contents.studies[0], "/".join(names), fingerprint)]
    return _parts(folder, names, contents, left_out)


def _possible(folder: Folder, left_out: Counter[str]) -> list[str]:
    others = {"DICOMDIR", *folder.images, *data_of_headers(folder)}
    names = [name for name in folder.files if name not in others]
    possible = [name for name in names if not _is_other_kind(name) and folder.files[name].st_size >= SHORTEST]
    if len(possible) < len(names):
        _leave_out(set(names) - set(possible), left_out)
    return possible


def _is_other_kind(name: str) -> bool:
    return _ending(name) in _OTHER_KINDS


def _ending(name: str) -> str:
    return name[name.rfind(".") :].lower()


def _leave_out(names: Iterable[str], left_out: Counter[str]) -> None:
    for ending, count in Counter(_ending(name) for name in names).items():
        is_telling = ending.startswith(".") and ending[1:].isascii() and ending[1:].isalpha()
        left_out[f"{ending if is_telling else 'other'} files, neither images nor DICOM"] += count


def _read(paths: Sequence[Path], report: Callable[[int], None]) -> _Contents:
    from pydicom.config import disable_value_validation

    numbers: dict[Study, int] = {}
    owners: list[int] = []
    few_each = (paths[start : start + _FILES_EACH] for start in range(0, len(paths), _FILES_EACH))
    with disable_value_validation(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged headers; reading the case says what is wrong with them
        for studies in in_order(_read_some, few_each, _READERS):
            for study in studies:
                owners.append(int(study) if isinstance(study, Unknown) else numbers.setdefault(study, len(numbers)))
            report(len(owners))
    return _Contents(list(numbers), owners)


def _read_some(paths: Sequence[Path]) -> list[Study | Unknown]:
    return [read_study(path) for path in paths]


def _as_text(contents: _Contents) -> str:
    return json.dumps({"format": _FORMAT, "studies": contents.studies, "owners": contents.owners})


def _recalled(text: str | None, count: int) -> _Contents | None:
    """What was remembered of a folder of `count` files; None if nothing was, or by another version."""
    if text is None:
        return None
    try:
        values = json_of(text)
    except NotJson:
        return None
    if values["format"] != _FORMAT or len(values["owners"]) != count:
        return None
    return _Contents([Study(*study) for study in values["studies"]], values["owners"])


def _parts(folder: Folder, names: list[str], contents: _Contents, left_out: LeftOut) -> list[Part]:
    by_study: dict[tuple[str, str], list[str]] = {}
    studies: dict[tuple[str, str], Study] = {}
    unknown: dict[int, list[str]] = {reason: [] for reason in Unknown}
    for name, owner in zip(names, contents.owners, strict=True):
        if owner < 0:
            unknown[owner].append(name)
        else:
            study = contents.studies[owner]
            studies.setdefault(study[:2], study)
            by_study.setdefault(study[:2], []).append(name)
    _leave_out(unknown[Unknown.NO_DICOM], left_out)
    lost, closed = unknown[Unknown.NO_STUDY], unknown[Unknown.CLOSED]
    if len(by_study) == 1:
        (only,) = by_study.values()
        only[:] = sorted([*only, *lost, *closed])
        lost, closed = [], []
    for name in closed:
        left_out.add_closed(folder.path / name, "files that cannot be opened")
    parts = [_part(folder, study, by_study[key]) for key, study in studies.items()]
    if lost and not parts:
        return [_part(folder, None, lost)]
    return parts + [_part(folder, None, [name], is_file=True) for name in lost]


def _part(folder: Folder, study: Study | None, names: list[str], *, is_file: bool = False) -> Part:
    fingerprint = fingerprint_of((name, folder.files[name]) for name in names)
    return Part(folder.relative, study, "/".join(names), fingerprint, is_file)
