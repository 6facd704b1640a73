"""A patient's slices of one data set as they are learnt from: small integers, through pixels that suit the heart."""

from __future__ import annotations

import hashlib
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

MARK_BYTES = 16
"""Length of a mark, by which an image is known again."""


@dataclass(frozen=True)
class Prepared:
    """A case's slices.

    Attributes:
        images: (N, 1, H, W), uint8.
        targets: (N, C, H, W), uint8.
        scale: size of their pixels in those of the network's grid, a single value.
        marks: of each image through that grid (N, MARK_BYTES), uint8: whoever drew the contours, they are the same; 0
            for an image of one value.
    """

    images: Tensor
    targets: Tensor
    scale: Tensor
    marks: Tensor


@dataclass(frozen=True)
class Patient:
    """The cases of one patient in one data set, seen through one pixel size.

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

    def prepared(self, number: int) -> Prepared:
        """The slices of a case.

        Raises:
            InputError: one of the patient's cases cannot be read.
        """
        (cine, labels), grid = self._read[number], self._grids[number]
        rows, columns = self.size or (grid.rows, grid.columns)
        wide = replace(grid, rows=rows, columns=columns)
        targets = prepare_targets(labels, cine, self.label_values, wide)
        scale = torch.tensor(grid.spacing_mm / self.grid.spacing_mm)
        images = _bytes(prepare_images(cine, wide))
        own = _middle(images, self.grid) if grid == self.grid else None
        return Prepared(
            images, _bytes(targets), scale, _marks(_bytes(prepare_images(cine, self.grid)) if own is None else own)
        )

    def key(self, number: int) -> tuple[object, ...]:
        """All that `prepared` depends on, as plain values."""
        files = [
            [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in case.files]
            for case in self.cases
        ]
        return self.cases[number].name, files[number], files, self.label_values, astuple(self.grid), self.size

    @cached_property
    def _read(self) -> list[tuple[Cine, NDArray[np.uint8]]]:
        return [case.read() for case in self.cases]

    @cached_property
    def _grids(self) -> list[Grid]:
        if CAVITY.value not in self.label_values:
            return [self.grid] * len(self.cases)
        return grids_of([drawn_heart(cine, labels, self.grid) for cine, labels in self._read], self.grid)


def _middle(images: Tensor, grid: Grid) -> Tensor | None:
    """The middle of `images` (N, 1, H, W) as large as the grid; None if its pixels are not among theirs."""
    rows, columns = images.shape[-2] - grid.rows, images.shape[-1] - grid.columns
    if min(rows, columns) < 0 or rows % 2 or columns % 2:
        return None
    return images[..., rows // 2 : rows // 2 + grid.rows, columns // 2 : columns // 2 + grid.columns]


def _marks(images: Tensor) -> Tensor:
    marks = [
        hashlib.blake2b(image.contiguous().numpy().tobytes(), digest_size=MARK_BYTES).digest()
        if image.min() < image.max()
        else bytes(MARK_BYTES)
        for image in images
    ]
    return torch.frombuffer(bytearray(b"".join(marks)), dtype=torch.uint8).view(-1, MARK_BYTES)


def _bytes(values: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(np.rint(np.clip(values, 0, 1) * LEVELS).astype(np.uint8))
