"""The grid through which a case is learnt: that through which `lvsegu segment` would show it to the network.

Segmenting looks for hearts of another size, or off the middle of the images (`LVSegULib.segmentation.fitting`). In
training nobody has to look: the experts' contours say how large a heart is and where.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.labels import CAVITY
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.prepare import prepare_targets
from LVSegULib.segmentation.fitting import brought_to_usual, field_mm
from LVSegULib.segmentation.look import Look

UPPER_QUARTER = 75.0
"""The percentile over its slices that tells a cavity's radius: that of mid-ventricle, whatever the apex is like."""


@dataclass(frozen=True)
class Heart:
    """A cavity as it was drawn.

    Attributes:
        radius_mm: its radius in mid-ventricle, in the frame in which that is largest.
        centre_mm: where it lies from the image's centre, along rows and columns in the usual view.
    """

    radius_mm: float
    centre_mm: tuple[float, float]


def drawn_heart(cine: Cine, labels: NDArray[np.uint8], grid: Grid) -> Heart | None:
    """The cavity in `labels` (T, K, J, I); None where there is none."""
    side = max(grid.rows, grid.columns)
    pixel_mm = field_mm(cine) / side
    whole = Grid(pixel_mm, side, side, grid.intensity)
    cavity = prepare_targets(labels, cine, (CAVITY.value,), whole)[:, 0]
    areas = cavity.sum((1, 2))
    if not areas.any():
        return None
    by_frame = np.sqrt(areas / np.pi).reshape(cine.frame_count, -1)
    radius = max(np.percentile(radii[radii > 0], UPPER_QUARTER) for radii in by_frame if radii.any())
    rows, columns = (
        float(np.average(np.arange(side) - (side - 1) / 2, weights=cavity.sum(axes))) for axes in ((0, 2), (0, 1))
    )
    return Heart(float(radius) * pixel_mm, (rows * pixel_mm, columns * pixel_mm))


def grids_of(hearts: Sequence[Heart | None], grid: Grid) -> list[Grid]:
    """The grid of each of a patient's cases: the heart at ED says how large it is in the others.

    Args:
        hearts: the cavity of each case; None where nothing is drawn, which is seen as the first that is drawn.
        grid: the model's own, which is that of hearts of a usual size in the middle.
    """
    drawn = [heart for heart in hearts if heart is not None]
    if not drawn:
        return [grid] * len(hearts)
    radius_mm = max(heart.radius_mm for heart in drawn)
    looks = [Look.of_images(grid, radius_mm, (heart or drawn[0]).centre_mm) for heart in hearts]
    return [brought_to_usual(look) for look in looks]
