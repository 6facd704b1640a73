"""Turn a slice the way it is shown at the viewing station: patient's left on the right, inferior at the bottom.

Scanners write short-axis slices that way as a rule, NIfTI files mirror them, and some scans are turned by a quarter.
The network learns the usual view; an input is brought into the nearest of the eight views that quarter turns and
mirroring make, by its geometry, and the labels are brought back. Where an input has lost its geometry, the first look
(`LVSegULib.segmentation.fitting`) may choose another view than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

COLUMNS_TOWARDS = np.array([-1.0, -1.0, 0.0]) / np.sqrt(2)
"""Where columns run in the usual short-axis view (RAS): left and posterior."""
ROWS_TOWARDS = np.array([0.0, -0.3, -1.0]) / np.hypot(0.3, 1.0)
"""Where rows run (RAS): inferior, and posterior where a stack lies so that inferior says nothing."""

Pixel = TypeVar("Pixel", np.float32, np.uint8)


@dataclass(frozen=True)
class Orientation:
    """How stored slices (…, J, I) become slices in the usual view: swap the axes, then mirror."""

    swap: bool = False
    mirror_rows: bool = False
    mirror_columns: bool = False

    def apply(self, images: NDArray[Pixel]) -> NDArray[Pixel]:
        """Stored slices in the usual view; a view of the same memory."""
        return self._mirror(images.swapaxes(-1, -2) if self.swap else images)

    def undo(self, images: NDArray[Pixel]) -> NDArray[Pixel]:
        """Slices in the usual view as they are stored; a view of the same memory."""
        images = self._mirror(images)
        return images.swapaxes(-1, -2) if self.swap else images

    def size(self, rows: int, columns: int) -> tuple[int, int]:
        """Rows and columns in the usual view."""
        return (columns, rows) if self.swap else (rows, columns)

    def spacing(self, spacing_mm: tuple[float, float]) -> tuple[float, float]:
        """In-plane spacing (J, I) in the usual view."""
        return spacing_mm[::-1] if self.swap else spacing_mm

    @property
    def is_mirrored(self) -> bool:
        """Whether slices become mirror images, and are not just turned."""
        return self.swap ^ self.mirror_rows ^ self.mirror_columns

    def step(self, along: tuple[float, float]) -> tuple[float, float]:
        """A step along rows and columns of stored slices, along those of slices in the usual view."""
        rows, columns = along[::-1] if self.swap else along
        return -rows if self.mirror_rows else rows, -columns if self.mirror_columns else columns

    def then(self, turn: Orientation) -> Orientation:
        """This orientation, and `turn` after it, as one."""
        rows, columns = self.mirror_rows, self.mirror_columns
        rows, columns = (columns, rows) if turn.swap else (rows, columns)
        return Orientation(self.swap != turn.swap, rows != turn.mirror_rows, columns != turn.mirror_columns)

    def _mirror(self, images: NDArray[Pixel]) -> NDArray[Pixel]:
        rows = slice(None, None, -1 if self.mirror_rows else 1)
        columns = slice(None, None, -1 if self.mirror_columns else 1)
        return images[..., rows, columns]


AS_STORED = Orientation()
"""Slices stay as they are."""

EVERY_ORIENTATION = tuple(Orientation(*choice) for choice in product((False, True), repeat=3))
"""The eight that there are, `AS_STORED` first."""


def usual_orientation(ijk_to_ras: NDArray[np.float64]) -> Orientation:
    """The orientation that brings columns nearest to left-posterior and rows nearest to inferior.

    Args:
        ijk_to_ras: the 4x4 matrix of the images.
    """
    directions = ijk_to_ras[:3, :2] / np.linalg.norm(ijk_to_ras[:3, :2], axis=0)

    def agreement(orientation: Orientation) -> float:
        column, row = directions.T[::-1] if orientation.swap else directions.T
        column = -column if orientation.mirror_columns else column
        row = -row if orientation.mirror_rows else row
        return round(float(column @ COLUMNS_TOWARDS + row @ ROWS_TOWARDS), 6)

    return max(EVERY_ORIENTATION, key=agreement)
