"""The cases of a list in a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

from LVSegULib.cohort.case import Found, fingerprint_of
from LVSegULib.cohort.left_out import LeftOut
from LVSegULib.cohort.listing_images import HEADERS, data_beside
from LVSegULib.cohort.listing_walk import walk
from LVSegULib.cohort.naming import folder_name, longer_names, printable
from LVSegULib.errors import InputError
from LVSegULib.reading.names import short_name

NEEDED = "path"
FURTHER = ("name", "series")

_DELIMITERS = ",;\t"


def read_list(path: Path, progress: Callable[[int], None]) -> list[Found]:
    """The cases of a CSV file with the columns path and, where wanted, name and series.

    Paths are relative to the folder of the list, and may be DICOM folders or files; columns are parted by commas,
    semicolons or tabs. A path that does not exist is a case too: reading it says so.

    Args:
        path: the list.
        progress: told how many files have been looked at.

    Raises:
        InputError: the file cannot be read, lacks the column or has an unknown one, or no line; a line has no path, too
            many columns, or the name or path of another line.
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
    text = _text(path)
    header = next(iter(text.splitlines()), "")
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        columns = [name.strip().lower() for name in reader.fieldnames or ()]
        _check_columns(path, columns)
        reader.fieldnames = columns
        for row in reader:
            if None in row:
                raise InputError(f"{path}, line {reader.line_num}: has more columns than the first line: correct it")
            values = {name: (value or "").strip() for name, value in row.items()}
            if values[NEEDED]:
                yield reader.line_num, values
            elif any(values.values()):
                raise InputError(f"{path}, line {reader.line_num}: has no path: give one")
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: cannot be read as a list ({error}): correct it") from error


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a list ({error}): save it as CSV (UTF-8)") from error
    if "\0" in text:
        raise InputError(f"{path}: is no text: give a folder, or a list saved as CSV (UTF-8)")
    return text


def _check_columns(path: Path, columns: list[str]) -> None:
    unknown = [name for name in columns if name not in (NEEDED, *FURTHER)]
    if NEEDED not in columns or unknown:
        what = f"lacks the column {NEEDED}" if NEEDED not in columns else f'has the unknown column "{unknown[0]}"'
        raise InputError(f"{path}: {what}: its first line must name {NEEDED} and may {', '.join(FURTHER)}")


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
            folders = walk(path, LeftOut())
            below = [(f"{one.relative}/{name}", state) for one in folders for name, state in one.files.items()]
            return None, fingerprint_of(below), len(below)
        is_header = path.name.lower().endswith(HEADERS)
        beside = {entry.name for entry in path.parent.iterdir()} if is_header else set()
        files = [path, *(path.with_name(name) for name in data_beside(path.name, beside))]
        fingerprint = fingerprint_of((file.name, file.stat()) for file in files)
        return tuple(files) if len(files) > 1 else None, fingerprint, len(files)
    except OSError:
        return None, "", 0
