"""A list of pairs in a CSV file."""

from __future__ import annotations

from pathlib import Path

from LVSegULib.dataset.pair import Pair, frames_from, phase_from
from LVSegULib.errors import InputError, LVSegUError
from LVSegULib.reading.csv_list import rows_of

NEEDED = ("volume", "segmentation")
FURTHER = ("patient", "phase", "frame", "series")


def read_pair_list(path: Path) -> list[Pair | LVSegUError]:
    """The pairs of a CSV file with the columns volume, segmentation and, where wanted, patient, phase, frame, series.

    Paths are relative to the folder of the list; columns are parted by commas or, as spreadsheets of some languages
    write them, semicolons or tabs. Blank lines are passed over. What is wrong with a line takes the place of its pair.

    Raises:
        InputError: the file cannot be read, lacks a column, has an unknown one or one twice, or no line.
    """
    pairs = [
        row if isinstance(row, InputError) else _pair(row, path, line)
        for line, row in rows_of(path, NEEDED, FURTHER)
        if isinstance(row, InputError) or any(row.values())
    ]
    if not pairs:
        raise InputError(f"{path}: holds no pair: give each a line")
    return pairs


def _pair(values: dict[str, str], path: Path, line: int) -> Pair | LVSegUError:
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
