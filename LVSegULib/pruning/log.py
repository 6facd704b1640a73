"""The log of a pruning: one row for each round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from LVSegULib.atomic import write_csv


@dataclass(frozen=True)
class Row:
    """One refitted network.

    Attributes:
        round: 0 is the unpruned network.
        parameters: how many it has.
        multiply_adds: per pixel of the image.
        divergence: from the unpruned network's result, on slices that were calibrated on.
        dice: Dice per patient, mean over the patients that are judged on.
        seconds: since the search started.
        speed: times as fast as the unpruned network with ONNX Runtime; 0 where it was not measured.
        is_refitted: whether it has had the last refit, on more slices.
    """

    round: int
    parameters: int
    multiply_adds: float
    divergence: float
    dice: float
    seconds: float
    speed: float = 0.0
    is_refitted: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain numbers, rounded to what they are worth."""
        return {name: round(value, 5) if isinstance(value, float) else value for name, value in asdict(self).items()}


def write_log(path: Path, rows: Sequence[Row]) -> None:
    """Write all rows as CSV."""
    write_csv(path, [field.name for field in fields(Row)], (row.to_json().values() for row in rows))
