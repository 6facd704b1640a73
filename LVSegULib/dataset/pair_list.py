"""A list of pairs in a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

from LVSegULib.dataset.pair import Pair, frames_from, phase_from
from LVSegULib.errors import InputError, LVSegUError

NEEDED = ("volume", "segmentation")
FURTHER = ("patient", "phase", "frame", "series")

_DELIMITERS = ",;\t"


def read_pair_list(path: Path) -> list[Pair | LVSegUError]:
    """The pairs of a CSV file with the columns volume, segmentation and, where wanted, patient, phase, frame, series.

    Paths are relative to the folder of the list; columns are parted by commas or, as spreadsheets of some languages
    write them, semicolons or tabs. Blank lines are passed over. What is wrong with a line takes the place of its pair.

    Raises:
        InputError: the file cannot be read, lacks a column, has an unknown one, or no line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a list ({error}): save it as CSV (UTF-8)") from error
    header = next(iter(text.splitlines()), "")
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
    columns = [name.strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = columns
    missing = [name for name in NEEDED if name not in columns]
    unknown = [name for name in columns if name not in NEEDED + FURTHER]
    if missing or unknown:
        what = f"lacks the column {missing[0]}" if missing else f'has the unknown column "{unknown[0]}"'
        raise InputError(f"{path}: {what}: its first line must name {', '.join(NEEDED)} and may {', '.join(FURTHER)}")
    pairs = [_pair(row, path, reader.line_num) for row in reader if any(map(_is_told, row.values()))]
    if not pairs:
        raise InputError(f"{path}: holds no pair: give each a line")
    return pairs


def _is_told(value: str | list[str] | None) -> bool:
    """Whether a cell, or those beyond the last column, holds more than blanks."""
    return any(map(_is_told, value)) if isinstance(value, list) else bool((value or "").strip())


def _pair(row: dict[str, str | None], path: Path, line: int) -> Pair | LVSegUError:
    values = {name: (value or "").strip() for name, value in row.items() if isinstance(value, str | None)}
    try:
        if not all(values[name] for name in NEEDED):
            raise InputError(f"{NEEDED[0] if not values[NEEDED[0]] else NEEDED[1]} is missing")
        return Pair(
            volume=path.parent / values["volume"],
            segmentation=path.parent / values["segmentation"],
            patient=values.get("patient", ""),
            phase=phase_from(values["phase"]) if values.get("phase") else None,
            frames=frames_from(values.get("frame", "")),
            series=values.get("series") or None,
        )
    except LVSegUError as error:
        return type(error)(f"{path}, line {line}: {error}")
