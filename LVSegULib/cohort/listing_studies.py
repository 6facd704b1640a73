"""Cases of DICOM files: all files of a patient's study, from whatever folders of the tree."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

from LVSegULib.cohort.case import Found
from LVSegULib.cohort.listing_dicom import Part
from LVSegULib.cohort.naming import folder_name, longer_names, printable, short_hash
from LVSegULib.reading.names import short_name

_SEVERAL = ""
"""The owner of a folder that holds, somewhere in it, more than the files of one case."""


def join_parts(root: Path, parts: Iterable[Part], not_plain: Iterable[str]) -> list[Found]:
    """The cases that the parts of all folders make.

    Args:
        root: the folder that was walked through.
        parts: what its folders hold.
        not_plain: the folders, inside the root, of which reading would find other files than the walk did.
    """
    by_case: dict[str, list[Part]] = {}
    for part in parts:
        by_case.setdefault(_key(part), []).append(part)
    owners: dict[str, str] = {}
    for folder in not_plain:
        _claim(folder, _SEVERAL, owners)
    for key, its_parts in by_case.items():
        for part in its_parts:
            _claim(part.folder, key, owners)
    return [_case(root, key, its_parts, owners) for key, its_parts in by_case.items()]


def _key(part: Part) -> str:
    if part.study:
        return printable(f"dicom:{part.study.patient}/{part.study.uid}")
    return printable(_inside(part.folder, part.files) if part.is_file else part.folder or ".")


def _inside(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _claim(folder: str, key: str, owners: dict[str, str]) -> None:
    """Note in the folder, and in all that it lies in, that files of the case are there."""
    while True:
        known = owners.get(folder)
        owner = key if known in (None, key) else _SEVERAL
        if owner == known:
            return
        owners[folder] = owner
        if not folder:
            return
        folder = folder.rpartition("/")[0]


def _case(root: Path, key: str, parts: Sequence[Part], owners: dict[str, str]) -> Found:
    folder = _common(parts)
    path = root / folder
    if parts[0].is_file:
        path /= parts[0].files
    is_alone = parts[0].is_file or owners[folder] == key
    return Found(
        key=key,
        names=_names(path, parts),
        path=path,
        series=None,
        files=None if is_alone else _files(root, parts),
        fingerprint=_fingerprint(folder, parts),
    )


def _common(parts: Sequence[Part]) -> str:
    """The deepest folder that all parts lie in."""
    first, *others = (part.folder for part in parts)
    if not others:
        return first
    levels = zip(*(part.folder.split("/") for part in parts), strict=False)
    return "/".join(names[0] for names in itertools.takewhile(lambda names: len(set(names)) == 1, levels))


def _files(root: Path, parts: Sequence[Part]) -> tuple[Path, ...]:
    folders = ((root / part.folder, part.files) for part in sorted(parts, key=lambda part: part.folder))
    return tuple(folder / name for folder, names in folders for name in names.split("/"))


def _fingerprint(folder: str, parts: Sequence[Part]) -> str:
    if len(parts) == 1:
        return parts[0].fingerprint
    lines = sorted(f"{part.folder[len(folder) :].lstrip('/')}\0{part.fingerprint}\n" for part in parts)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _names(path: Path, parts: Sequence[Part]) -> tuple[str, ...]:
    study = parts[0].study
    if study is None:
        folders = [name for name in parts[0].folder.split("/") if name]
        return longer_names(short_name(path), folders if parts[0].is_file else folders[:-1])
    date = min((part.study.date for part in parts if part.study and part.study.date), default="")
    patient = folder_name(study.patient) if study.patient else short_name(path)
    dated = f"{patient}-{date}" if date else patient
    names = (patient, dated, f"{dated}-{short_hash(study.uid)}")
    return tuple(folder_name(name) for name in dict.fromkeys(names))
