"""Walk through a tree of folders: each once, whatever links there are, and with what the disk tells of its files."""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from LVSegULib.cohort.left_out import LeftOut
from LVSegULib.cohort.manifest import MANIFEST
from LVSegULib.cohort.place import CASES
from LVSegULib.counted_files import is_of_the_system
from LVSegULib.identity import Identity, identity_of
from LVSegULib.reading.names import IMAGE_ENDINGS


@dataclass(frozen=True)
class Folder:
    """A folder and the files that lie in it, not those of its sub-folders.

    Attributes:
        path: where it lies.
        relative: its path inside the root with "/" between its parts; "" for the root itself.
        files: name and state of each file, by name; hidden ones are left out.
        is_plain: whether it holds no link to a folder and nothing that is passed over, so that whoever reads all of it
            finds just what this walk finds.
    """

    path: Path
    relative: str
    files: dict[str, os.stat_result]
    is_plain: bool

    @cached_property
    def images(self) -> dict[str, os.stat_result]:
        """Those of the files that are NIfTI, NRRD or MetaImage, segmentations too."""
        return {name: state for name, state in self.files.items() if name.lower().endswith(IMAGE_ENDINGS)}


@dataclass
class _Entries:
    files: dict[str, os.stat_result]
    folders: list[str]
    links: list[str]
    has_more: bool


def walk(root: Path, left_out: LeftOut) -> Iterator[Folder]:
    """The folder `root` and all below it, but hidden ones; links are followed last, and to no folder that was seen.

    The results of cohorts, which may lie in the tree, are passed over.

    Args:
        root: where to begin.
        left_out: takes up the folders and entries that could not be looked at.
    """
    waiting, links, seen = [(root, "")], deque[tuple[Path, str]](), set[Identity]()
    while waiting or links:
        path, relative = waiting.pop() if waiting else links.popleft()
        try:
            identity = identity_of(path)
            if identity in seen:
                left_out["links to a folder that is looked at already"] += 1
                continue
            seen.add(identity)
            entries = _entries(path, left_out)
        except OSError as error:
            left_out.add_closed(path, f"folders that cannot be listed ({error.strerror})")
            continue
        yield Folder(path, relative, entries.files, not entries.links and not entries.has_more)
        prefix = f"{relative}/" if relative else ""
        waiting += [(path / name, prefix + name) for name in sorted(entries.folders, reverse=True)]
        links += [(path / name, prefix + name) for name in sorted(entries.links)]


def _entries(path: Path, left_out: LeftOut) -> _Entries:
    files: dict[str, os.stat_result] = {}
    entries = _Entries({}, [], [], has_more=False)
    with os.scandir(path) as listed:
        for entry in listed:
            name = entry.name
            try:
                if name[0] == ".":
                    entries.has_more = entries.has_more or not is_of_the_system(name)
                elif entry.is_dir():
                    (entries.links if entry.is_symlink() else entries.folders).append(name)
                elif entry.is_file():
                    files[name] = entry.stat()
                else:
                    left_out["links that lead nowhere" if entry.is_symlink() else "neither files nor folders"] += 1
            except OSError as error:
                if error.errno == errno.ELOOP:
                    left_out["links that lead nowhere"] += 1
                else:
                    left_out.add_closed(path / name, f"entries that cannot be looked at ({error.strerror})")
    entries.files = {name: files[name] for name in sorted(files)}
    if MANIFEST in files and CASES in entries.folders:
        entries.folders.remove(CASES)
        entries.has_more = True
        left_out["results of a cohort"] += 1
    return entries
