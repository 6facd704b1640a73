"""The training log: one CSV row for each validation, and the picture of it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from LVSegULib.atomic import write_csv

COLUMNS = ("step", "seconds", "learning_rate", "loss", "dice")


@dataclass(frozen=True)
class Row:
    """One line of the log: mean loss since the line before; mean Dice over validation patients, NaN without any."""

    step: int
    seconds: float
    learning_rate: float
    loss: float
    dice: float

    def values(self) -> tuple[str, ...]:
        """The line's fields as text."""
        return (
            str(self.step),
            f"{self.seconds:.1f}",
            f"{self.learning_rate:.6g}",
            f"{self.loss:.5f}",
            f"{self.dice:.5f}",
        )


def write_log(path: Path, rows: Sequence[Row]) -> None:
    """Write all rows; an older log is replaced as a whole."""
    write_csv(path, COLUMNS, (row.values() for row in rows))


def read_log(path: Path, last_step: int) -> list[Row]:
    """The rows up to `last_step`, whichever way the log's lines end; none if there is no log."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    rows = [Row(int(line["step"]), *(float(line[name]) for name in COLUMNS[1:])) for line in lines]
    return [row for row in rows if row.step <= last_step]
