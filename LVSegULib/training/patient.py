"""One patient's slices as they are learnt from: seen through pixels that suit the heart, as small integers."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from LVSegULib.cine import Cine
from LVSegULib.labels import CAVITY
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.prepare import prepare_images, prepare_targets
from LVSegULib.reading.labelled import LabelledCase
from LVSegULib.training.heart_grid import drawn_heart, grids_of

LEVELS = 255.0
"""The integer that stands for 1."""


@dataclass(frozen=True)
class Patient:
    """The cases of one patient, seen through one pixel size.

    Attributes:
        cases: of the patient.
        label_values: the labels to learn.
        grid: the network's grid.
        size: rows and columns that are kept, if not the grid's.
    """

    cases: tuple[LabelledCase, ...]
    label_values: tuple[int, ...]
    grid: Grid
    size: tuple[int, int] | None

    def prepared(self, number: int) -> tuple[Tensor, Tensor, Tensor]:
        """Images and targets of a case, and the size of its pixels in those of the grid.

        Raises:
            InputError: one of the patient's cases cannot be read.
        """
        (cine, labels), grid = self._read[number], self._grids[number]
        rows, columns = self.size or (grid.rows, grid.columns)
        wide = replace(grid, rows=rows, columns=columns)
        targets = prepare_targets(labels, cine, self.label_values, wide)
        scale = torch.tensor(grid.spacing_mm / self.grid.spacing_mm)
        return _bytes(prepare_images(cine, wide)), _bytes(targets), scale

    def key(self, number: int) -> tuple[object, ...]:
        """All that `prepared` depends on, as plain values."""
        files = [
            (str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns)
            for case in self.cases
            for path in case.files
        ]
        return self.cases[number].name, files, self.label_values, astuple(self.grid), self.size

    @cached_property
    def _read(self) -> list[tuple[Cine, NDArray[np.uint8]]]:
        return [case.read() for case in self.cases]

    @cached_property
    def _grids(self) -> list[Grid]:
        if CAVITY.value not in self.label_values:
            return [self.grid] * len(self.cases)
        return grids_of([drawn_heart(cine, labels, self.grid) for cine, labels in self._read], self.grid)


def _bytes(values: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(np.rint(np.clip(values, 0, 1) * LEVELS).astype(np.uint8))
