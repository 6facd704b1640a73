"""Write a file or folder beside its place and rename it when whole, so that a half-written result is never seen."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from LVSegULib.errors import OutputError

OLD = ".old"
"""What the name of a folder ends in that has been moved aside to be replaced."""

HALF_WRITTEN = re.compile(r"\.[0-9a-f]{8}(?:-(?P<name>.+)|\.earlier)?")
"""The name of what a killed process leaves of files and folders that it was writing; see `passing_name`."""

_PAUSES = (0.05, 0.1, 0.2, 0.4)
"""Seconds between two attempts to rename what another program holds."""


@contextmanager
def written_whole(path: Path, place: str = "--out folder") -> Iterator[Path]:
    """Give a temporary path in the folder of `path`, with the same ending; rename it to `path` if the block succeeds.

    Whatever goes wrong inside (an error, Ctrl-C, a full disk), the temporary file is removed and an older `path` stays
    as it was. The folder of `path` is made if it is missing.

    Args:
        path: where the whole file goes.
        place: what the user could choose another of, if it cannot be written.

    Raises:
        OutputError: `path` is a folder, its folder cannot be made or written to, or the disk is full.
    """
    refuse_folder(path)
    beside = path.with_name(f"{passing_name()}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        _rename(beside, path)
    except OSError as error:
        raise cannot_write(path, error, place) from error
    finally:
        with suppress(OSError):
            beside.unlink()


@contextmanager
def folder_written_whole(path: Path) -> Iterator[Path]:
    """Give an empty folder beside `path`, which becomes `path` if the block succeeds; a folder there is replaced then.

    Whatever goes wrong inside, the folder beside is removed and an older `path` stays as it was. `path` may be the
    folder that the process runs in.

    Raises:
        OutputError: the folder cannot be made or written to, or the disk is full.
    """
    place = with_name(path)
    beside = place.with_name(f"{passing_name()}-{place.name}")
    try:
        beside.mkdir(parents=True)
        yield beside
        _replace_folder(beside, place)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def passing_name() -> str:
    """What the name of a file or folder begins with, or is, until it is whole: `HALF_WRITTEN` knows it again."""
    return f".{uuid.uuid4().hex[:8]}"


def cannot_write(where: Path | str, error: BaseException | None, place: str = "--out folder") -> OutputError:
    """The one sentence of what cannot be written, be the disk full or the folder read-only.

    Args:
        where: what could not be written.
        error: what the system said.
        place: what the user could choose another of.
    """
    reason = getattr(error, "strerror", None) or error
    return OutputError(f"cannot write {where}: {reason}: choose another {place} or free some space")


def put_right(folder: Path, names: Iterable[str]) -> None:
    """Undo what killed processes have left in `folder` of writing files and folders of these `names`.

    What was moved aside to be replaced is put back if nothing has taken its place; what was half-written is removed.
    To be called only by who has the folder for himself.
    """
    for name in names:
        made = ((HALF_WRITTEN.fullmatch(path.name), path) for path in folder.iterdir())
        left = [path for match, path in made if match and match["name"] in (name, name + OLD)]
        for path in sorted(left, key=lambda one: not one.name.endswith(OLD)):
            with suppress(OSError):
                if path.name.endswith(OLD) and not (folder / name).exists():
                    path.rename(folder / name)
                elif path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def with_name(folder: Path) -> Path:
    """The same folder by a path that ends in its name, as "." and ".." do not."""
    return folder.resolve() if folder.name in ("", "..") else folder


def refuse_folder(path: Path) -> None:
    """Refuse to write a file where a folder is; to be called before long work whose result `path` will hold.

    Raises:
        OutputError: `path` is a folder.
    """
    if path.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder: give the name of a file")


def write_text(path: Path, text: str) -> None:
    """Write `text` as a UTF-8 file, whole; its lines end in a line feed on every system.

    Bytes of file names that are no UTF-8, which Python holds as lone surrogates, are written as escapes.

    Raises:
        OutputError: the file cannot be written.
    """
    with written_whole(path) as beside:
        beside.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a line of `columns` and one of each of `rows` as a CSV file, whole.

    Lines end in a line feed on every system, the last one too; None is an empty field.

    Raises:
        OutputError: the file cannot be written.
    """
    with written_whole(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_json(path: Path, values: Any) -> None:
    """Write `values` (plain lists, dictionaries, finite numbers and texts) as a JSON file, whole.

    Bytes of file names that are no UTF-8, which Python holds as lone surrogates, are written as JSON escapes.

    Raises:
        OutputError: the file cannot be written.
    """
    text = json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False)
    with written_whole(path) as beside:
        beside.write_text(text + "\n", encoding="utf-8", errors="backslashreplace", newline="\n")


def _replace_folder(new: Path, path: Path) -> None:
    if not path.exists():
        _rename(new, path)
        return
    old = new.with_name(new.name + OLD)
    move = _move_contents if path.samefile(Path.cwd()) else _rename
    move(path, old)
    try:
        move(new, path)
    except BaseException:
        with suppress(OSError):
            move(old, path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _move_contents(source: Path, target: Path) -> None:
    """Move what is in a folder, and leave the folder: where a process runs, a renamed one would go on being its own."""
    target.mkdir(exist_ok=True)
    for entry in list(source.iterdir()):
        _rename(entry, target / entry.name)


def _rename(source: Path, target: Path) -> None:
    """Rename, several times within a second if need be: on Windows, virus scanners hold what is new for a moment."""
    for seconds in _PAUSES:
        with suppress(PermissionError):
            os.replace(source, target)
            return
        time.sleep(seconds)
    os.replace(source, target)
