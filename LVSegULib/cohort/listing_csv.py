"""The cases of a list in a CSV file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from LVSegULib.cohort.case import Found, fingerprint_of
from LVSegULib.cohort.listing_images import HEADERS, data_beside
from LVSegULib.cohort.naming import folder_name, longer_names, printable
from LVSegULib.counted_files import read_files
from LVSegULib.errors import InputError
from LVSegULib.reading.csv_list import rows_of
from LVSegULib.reading.names import short_name

NEEDED = "path"
FURTHER = ("name", "series")


def read_list(path: Path, progress: Callable[[int], None]) -> list[Found]:
    """The cases of a CSV file with the columns path and, where wanted, name and series.

    Paths are relative to the folder of the list, and may be DICOM folders or files; columns are parted by commas,
    semicolons or tabs. A path that does not exist is a case too: reading it says so.

    Args:
        path: the list.
        progress: told how many files have been looked at.

    Raises:
        InputError: the file cannot be read, lacks the column, has an unknown one or one twice, or no line; a line has
            no path, too many columns, or the name or path of another line.
    """
    rows = list(_rows(path))
    if not rows:
        raise InputError(f"{path}: lists no case: give each a line")
    _refuse_repeated(path, rows)
    found, looked = [], 0
    for _, row in rows:
        case, files = _case(path.parent, row)
        found.append(case)
        looked += files
        progress(looked)
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines that are not blank, with their numbers."""
    for line, row in rows_of(path, (NEEDED,), FURTHER):
        if isinstance(row, InputError):
            raise row
        if row[NEEDED]:
            yield line, row
        elif any(row.values()):
            raise InputError(f"{path}, line {line}: has no path: give one")


def _refuse_repeated(path: Path, rows: list[tuple[int, dict[str, str]]]) -> None:
    keys: dict[str, int] = {}
    names: dict[str, int] = {}
    for line, row in rows:
        name = row.get("name", "")
        first = keys.get(name or row[NEEDED]) or (names.get(name.casefold()) if name else None)
        if first:
            what = f'name "{name}"' if name else f'path "{row[NEEDED]}"'
            raise InputError(f"{path}, line {line}: has the {what} of line {first}: give each its own name")
        keys[name or row[NEEDED]] = line
        if name:
            names[name.casefold()] = line


def _case(folder: Path, row: dict[str, str]) -> tuple[Found, int]:
    """A case, and the number of its files."""
    written, name = row[NEEDED], row.get("name", "")
    path = folder / written
    files, fingerprint, count = _files(path)
    parents = [part for part in Path(written).parent.parts if part not in ("..", Path(written).anchor)]
    case = Found(
        key=printable(name or written),
        names=(folder_name(name),) if name else longer_names(short_name(path), parents),
        path=path,
        series=row.get("series") or None,
        files=files,
        fingerprint=fingerprint,
    )
    return case, count


def _files(path: Path) -> tuple[tuple[Path, ...] | None, str, int]:
    """The files of a case where they are more than the path says, the fingerprint of all, and their number."""
    try:
        if path.is_dir():
            below = [(file.relative_to(path).as_posix(), file.stat()) for file in read_files(path)]
            return None, fingerprint_of(below), len(below)
        is_header = path.name.lower().endswith(HEADERS)
        beside = {entry.name for entry in path.parent.iterdir()} if is_header else set()
        files = [path, *(path.with_name(name) for name in data_beside(path.name, beside))]
        fingerprint = fingerprint_of((file.name, file.stat()) for file in files)
        return tuple(files) if len(files) > 1 else None, fingerprint, len(files)
    except OSError:
        return None, "", 0
