"""What tests of the first look share: a patient, and looks that are told instead of taken."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.grid import Grid
from LVSegULib.segmentation.look import Look, Sample


@dataclasses.dataclass(frozen=True)
class Patient:
    """ED and ES of the sample patient, and what the model finds in them as they are."""

    cine: Cine
    labels: NDArray[np.uint8]
    model: ModelSpec
    engine: Engine


def dice(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


def looks_that_depend_on_the_grid(monkeypatch: pytest.MonkeyPatch, looks: list[Look]) -> None:
    """Show these, and nothing anywhere else."""

    def look(_: Sample, grid: Grid, *__: object) -> Look:
        return next((one for one in looks if one.grid == grid), Look(grid, 0.0, 0.0, (0.0, 0.0), 1.5))

    monkeypatch.setattr("LVSegULib.segmentation.fitting.look_at", look)
