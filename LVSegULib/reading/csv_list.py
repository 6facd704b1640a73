"""Read lists that people write in spreadsheets: CSV with named columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from LVSegULib.errors import InputError, reason

_DELIMITERS = ",;\t"


def rows_of(
    path: Path, needed: Sequence[str], further: Sequence[str]
) -> Iterator[tuple[int, dict[str, str] | InputError]]:
    """The lines of a list below its first, which names the columns, each with its number in the file.

    Columns are parted by commas or, as spreadsheets of some languages write them, semicolons or tabs, and named in
    large or small letters. Cells are without the blanks around them; those that a line lacks are "". Blank lines come
    too, with "" in every cell.

    Args:
        path: the list, as UTF-8 with or without a byte order mark.
        needed: names of the columns that must be there.
        further: names of those that may be.

    Yields:
        The number of a line, of its last one where quoted cells run over several, and its cells by column; in place of
        the cells an error, ready to be raised, where more of them are filled in than there are columns.

    Raises:
        InputError: the file cannot be read or is no text, a cell is longer than CSV can have it, or a column is
            lacking, unknown or there twice.
    """
    text = _text(path)
    header = next(iter(text.splitlines()), "")
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        columns = _named([name.strip().lower() for name in next(reader, [])])
        _check_columns(path, columns, needed, further)
        for row in reader:
            cells, line = [cell.strip() for cell in row], reader.line_num
            if any(cells[len(columns) :]):
                yield line, InputError(f"{path}, line {line}: has more columns than the first line: correct it")
            else:
                yield line, dict(zip_longest(columns, cells[: len(columns)], fillvalue=""))
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: cannot be read as a list ({error}): correct it") from error


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read as a list ({reason(error)}): check the path") from error
    except UnicodeError as error:
        raise InputError(f"{path}: cannot be read as a list (it is not UTF-8): save it as CSV (UTF-8)") from error
    if "\0" in text:
        raise InputError(f"{path}: is no text: give a folder, or a list saved as CSV (UTF-8)")
    return text


def _named(columns: list[str]) -> list[str]:
    """The columns without the empty ones at the end, which spreadsheets write."""
    while columns and not columns[-1]:
        columns.pop()
    return columns


def _check_columns(path: Path, columns: Sequence[str], needed: Sequence[str], further: Sequence[str]) -> None:
    lacking = [name for name in needed if name not in columns]
    unknown = [name for name in columns if name not in (*needed, *further)]
    if lacking or unknown:
        what = f"lacks the column {lacking[0]}" if lacking else f'has the unknown column "{unknown[0]}"'
        raise InputError(f"{path}: {what}: its first line must name {', '.join(needed)} and may {', '.join(further)}")
    if doubled := [name for name in columns if columns.count(name) > 1]:
        raise InputError(f"{path}: has the column {doubled[0]} twice: remove or rename one of them")
