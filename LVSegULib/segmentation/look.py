"""A look at a cine: how sure the network is of a heart in a few of its slices, and of what size and where it lies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine
from LVSegULib.labels import CAVITY
from LVSegULib.measures.divergence import probabilities
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.intensity import is_outshone
from LVSegULib.preparation.prepare import Chosen, prepare_images
from LVSegULib.segmentation.logits import finite_logits

SLICES, FRAMES = 5, 2
"""How many slices and frames are looked at."""

SMALL_FIELD_MM, FIELD_MM = 96.0, 192.0
"""A model with a grid narrower than the first is for small animals: sizes are told as if it were the second."""

RADIUS_MM = (12.0, 34.0)
"""Radius of a usual cavity in mid-ventricle."""

BORDER_SHARE = 0.08
"""A cavity whose centre lies closer to the grid's edge than its radius and this share of the grid is at the edge."""


@dataclass(frozen=True)
class Look:
    """What a look at some slices showed.

    Attributes:
        grid: the grid that was looked through.
        score: how sure the network is of one round cavity of a usual size in the slices, 0 to 1.
        radius_mm: its radius, the median of the slices in which it was found, told in pixels of `pixel_mm`; 0 if none.
        centre_mm: where it lies from the grid's centre, along rows and columns, likewise.
        pixel_mm: see `told_pixel_mm`.
    """

    grid: Grid
    score: float
    radius_mm: float
    centre_mm: tuple[float, float]
    pixel_mm: float

    @classmethod
    def of_images(cls, own: Grid, radius_mm: float, centre_mm: tuple[float, float]) -> Look:
        """A sure look through a model's `own` grid; radius, and place from its centre, in the images' millimetres."""
        pixel_mm = told_pixel_mm(own)
        factor = pixel_mm / own.spacing_mm
        return cls(own, 1.0, factor * radius_mm, (factor * centre_mm[0], factor * centre_mm[1]), pixel_mm)

    @property
    def is_usual(self) -> bool:
        """Whether the cavity has a usual size and lies well inside the grid."""
        return self.is_inside and RADIUS_MM[0] <= self.radius_mm <= RADIUS_MM[1]

    @property
    def is_inside(self) -> bool:
        """Whether the cavity lies well inside the grid."""
        return self._would_be_inside(self.radius_mm)

    @property
    def may_be_cut_off(self) -> bool:
        """Whether what was found may be what the grid's edge leaves of a larger cavity."""
        return self.score > 0 and not self._would_be_inside(max(self.radius_mm, RADIUS_MM[1]))

    def _would_be_inside(self, radius_mm: float) -> bool:
        half_mm = self.pixel_mm * min(self.grid.rows, self.grid.columns) / 2
        return max(map(abs, self.centre_mm)) < half_mm * (1 - 2 * BORDER_SHARE) - radius_mm

    @property
    def from_centre_mm(self) -> tuple[float, float]:
        """`centre_mm` in the millimetres of the images."""
        factor = self.grid.spacing_mm / self.pixel_mm
        return factor * self.centre_mm[0], factor * self.centre_mm[1]

    @property
    def place_mm(self) -> tuple[float, float]:
        """Where the cavity lies from the centre of the images, in their millimetres."""
        row_mm, column_mm = self.from_centre_mm
        return self.grid.centre_mm[0] + row_mm, self.grid.centre_mm[1] + column_mm

    @property
    def own_radius_mm(self) -> float:
        """`radius_mm` in the millimetres of the images."""
        return self.radius_mm * self.grid.spacing_mm / self.pixel_mm


def told_pixel_mm(own: Grid) -> float:
    """The pixel size that sizes are told for: that of a model's `own` grid, or people's if the model is for mice."""
    width = max(own.rows, own.columns)
    return own.spacing_mm if width * own.spacing_mm >= SMALL_FIELD_MM else FIELD_MM / width


@dataclass(frozen=True)
class Sample:
    """A few slices of a cine that are looked at.

    Attributes:
        cine: the whole of it.
        chosen: these slices.
        is_outshone: whether a few pixels of the cine outshine all others.
    """

    cine: Cine
    chosen: Chosen
    is_outshone: bool

    @cached_property
    def _few(self) -> Cine:
        frames = np.ascontiguousarray(self.cine.frames[np.ix_(self.chosen.frames, self.chosen.slices)])
        return replace(self.cine, frames=frames, time_ms=None)

    def images(self, grid: Grid) -> NDArray[np.float32]:
        """As network input (N, 1, rows, columns).

        Their own intensities set the scale, about as those of all would; where the cine is outshone, those of all do.
        """
        if self.is_outshone:
            return prepare_images(self.cine, grid, only=self.chosen)
        return prepare_images(self._few, grid)


def some_slices(cine: Cine) -> Sample:
    """A few slices of the middle of the stack, in two frames far apart."""
    first, last = 0.2 * (cine.slice_count - 1), 0.8 * (cine.slice_count - 1)
    slices = np.unique(np.rint(np.linspace(first, last, SLICES)).astype(np.intp))
    frames = np.unique(np.linspace(0, cine.frame_count, FRAMES, endpoint=False).astype(np.intp))
    return Sample(cine, Chosen(frames, slices), is_outshone(cine.frames, cine.spacing_mm[1:]))


def look_at(some: Sample, grid: Grid, model: ModelSpec, engine: Engine) -> Look:
    """What the network finds in `some` slices through `grid`."""
    logits = finite_logits(engine, some.images(grid), model)
    cavity = probabilities(logits)[:, model.labels.index(CAVITY)]
    found = [_cavity(one) for one in cavity]
    radii = np.array([radius for _, radius, _ in found if radius > 0])
    pixel_mm = told_pixel_mm(model.grid)
    if not len(radii):
        return Look(grid, 0.0, 0.0, (0.0, 0.0), pixel_mm)
    scores = [score * _plausible(radius * pixel_mm) for score, radius, _ in found]
    centres = np.array([centre for _, radius, centre in found if radius > 0])
    rows_mm, columns_mm = map(float, np.median(centres, axis=0) * pixel_mm)
    return Look(grid, float(np.mean(scores)), float(np.median(radii)) * pixel_mm, (rows_mm, columns_mm), pixel_mm)


def _plausible(radius_mm: float) -> float:
    """1 for the radius of a usual cavity, falling to 0 for one half as small or twice as large."""
    low, high = RADIUS_MM
    return min(1.0, max(0.0, 2 * radius_mm / low - 1), max(0.0, 2 - radius_mm / high))


def _cavity(chances: NDArray[np.float64]) -> tuple[float, float, tuple[float, float]]:
    """Score, radius and place from the centre (pixels) of the largest piece in a slice's `chances` (J, I)."""
    pieces, count = ndimage.label(chances > 0.5)
    if not count:
        return 0.0, 0.0, (0.0, 0.0)
    sizes = np.bincount(pieces.ravel())[1:]
    largest = pieces == 1 + int(sizes.argmax())
    overlap = 2 * float(chances[largest].sum()) / float(chances.sum() + sizes.max())
    radius = float(np.sqrt(sizes.max() / np.pi))
    rows, columns = np.nonzero(largest)
    spread = float(np.hypot(rows.std(), columns.std()))
    roundness = min(1.0, radius / max(np.sqrt(2) * spread, 1e-6))
    middle = (np.array(largest.shape) - 1) / 2
    return overlap * roundness, radius, (float(rows.mean() - middle[0]), float(columns.mean() - middle[1]))
