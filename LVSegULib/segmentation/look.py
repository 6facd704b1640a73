"""A first look at a cine: where the heart lies and how large its pixels are, for the grid that the network sees it on.

The network knows hearts of the size of its training patients', near the middle of a field of view. Most cines are like
that and are taken as they are. A mouse is eleven times smaller, a field of view may be off the heart, and a file may
tell a wrong spacing. So a few slices are segmented first; if no heart of a usual size is found well inside the grid,
other pixel sizes and places are tried, and the one is taken on which the network is surest of a heart of that size.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine
from LVSegULib.labels import CAVITY, RIGHT_CAVITY
from LVSegULib.measures.divergence import probabilities
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.prepare import prepare_images
from LVSegULib.segmentation.logits import finite_logits

SLICES, FRAMES = 5, 2
"""How many slices and frames are looked at."""

SMALL_FIELD_MM, FIELD_MM = 96.0, 192.0
"""A model with a grid narrower than the first is for small animals: sizes are told as if it were the second."""

RADIUS_MM = (12.0, 34.0)
"""Radius of a usual cavity in mid-ventricle."""

TYPICAL_RADIUS_MM = 22.0
"""Radius that an unusual heart is brought to."""

SURE = 0.8
"""A look of this score or more, with a heart of a usual size inside the grid, is not questioned."""

ALIKE = 2.5
"""People's hearts, with those of children and at ES, differ in size by up to this factor."""

CLEARLY_BETTER, FAR_BETTER = 0.1, 0.4
"""Another grid must have a score higher by the first; by the second if it only shows a heart as people's differ."""

LEAST_SCORE = 0.65
"""And no lower than this: in what is no heart, something is found on some grid."""

FIELDS = (1.0, 0.7, 0.5, 0.35)
"""Shares of the image's field of view that are tried as the grid's."""

LEAST_FIELD = 0.5
"""An image that fills less of the grid's width cannot be of a usual size."""

OFF_THE_MIDDLE = "the heart lies off the middle of the images: the network looked there"

EDGE_PIXELS, STEP_MM = 2, 24.0
"""A right ventricle that comes so close to the grid's edge is cut off, and the grid is moved so far towards it."""

MOST_STEPS = 3
"""How often it is moved at most."""

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
    def of_images(cls, own: Grid, score: float, radius_mm: float, centre_mm: tuple[float, float]) -> Look:
        """A look through a model's `own` grid; radius and place from its centre in the millimetres of the images."""
        pixel_mm = told_pixel_mm(own)
        factor = pixel_mm / own.spacing_mm
        return cls(own, score, factor * radius_mm, (factor * centre_mm[0], factor * centre_mm[1]), pixel_mm)

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


def told_pixel_mm(own: Grid) -> float:
    """The pixel size that sizes are told for: that of a model's `own` grid, or people's if the model is for mice."""
    width = max(own.rows, own.columns)
    return own.spacing_mm if width * own.spacing_mm >= SMALL_FIELD_MM else FIELD_MM / width


def brought_to_usual(look: Look) -> Grid:
    """The grid for a heart that is surely as `look` tells: around it, if it lies at the edge or is of unusual size."""
    if not TYPICAL_RADIUS_MM / ALIKE <= look.radius_mm <= TYPICAL_RADIUS_MM * ALIKE:
        return _centred(look)
    return look.grid if look.is_inside else _moved(look.grid, look.from_centre_mm)


def fitting_grid(cine: Cine, model: ModelSpec, engine: Engine) -> tuple[Grid, str]:
    """The grid on which to segment `cine`: the model's own unless another one is clearly better.

    Returns:
        The grid, and a sentence for the user if it is not the model's own.

    Raises:
        EngineError: the engine failed.
        ModelError: the network gives values that are not finite.
    """
    own = model.grid
    if CAVITY not in model.labels:
        return own, ""
    some = _some_slices(cine)
    first = _look(some, own, model, engine)
    if field_mm(cine) < LEAST_FIELD * own.spacing_mm * max(own.rows, own.columns):
        first = dataclasses.replace(first, score=0.0)  # a whole mouse is as large as a heart, and as round
    if first.score >= SURE and first.is_usual:
        return _with_right_ventricle(some, own, model, engine)
    if first.score >= SURE or first.may_be_cut_off:
        there = _look_there(first, some, model, engine)
        if there is not None:
            return _with_right_ventricle(some, there.grid, model, engine)
    looks = [_look(some, grid, model, engine) for grid in _other_grids(cine, own)]
    best = max(looks, key=lambda look: look.score)
    refined = _look(some, _centred(best), model, engine) if best.score > 0 else best
    best = max(refined, best, key=lambda look: look.score)
    largest_mm = max(best.grid.spacing_mm, refined.grid.spacing_mm)  # a heart too large for people is so on any grid
    is_alike = own.spacing_mm / ALIKE < best.grid.spacing_mm and largest_mm < own.spacing_mm * ALIKE
    if best.score < max(LEAST_SCORE, first.score + (FAR_BETTER if is_alike else CLEARLY_BETTER)):
        return own, ""
    return best.grid, _sentence(best.grid, own)


def _look_there(first: Look, some: Cine, model: ModelSpec, engine: Engine) -> Look | None:
    """A look around what `first` found, if that shows a whole heart: surely, or about as surely as `first` was.

    A heart at the grid's edge is cut off there, and the network unsure of what is left; or sure, and off by as much.
    """
    there = _look(some, _moved(first.grid, first.from_centre_mm), model, engine)
    least = SURE if first.score < SURE else first.score - CLEARLY_BETTER
    return there if there.is_usual and there.score >= least else None


def _with_right_ventricle(some: Cine, grid: Grid, model: ModelSpec, engine: Engine) -> tuple[Grid, str]:
    """The grid, moved for as long as it would cut the right ventricle off; and the sentence for the user."""
    step_mm = STEP_MM * grid.spacing_mm / told_pixel_mm(model.grid)
    for _ in range(MOST_STEPS if RIGHT_CAVITY in model.labels else 0):
        logits = finite_logits(engine, prepare_images(some, grid), model)
        right: NDArray[np.bool_] = probabilities(logits)[:, model.labels.index(RIGHT_CAVITY)] > 0.5
        along_rows, along_columns = (_cut_off(np.any(right, axis=axes)) for axes in ((0, 2), (0, 1)))
        if not (along_rows or along_columns):
            break
        grid = _moved(grid, (step_mm * along_rows, step_mm * along_columns))
    return grid, OFF_THE_MIDDLE if grid != model.grid else ""


def _moved(grid: Grid, by_mm: tuple[float, float]) -> Grid:
    return dataclasses.replace(grid, centre_mm=(grid.centre_mm[0] + by_mm[0], grid.centre_mm[1] + by_mm[1]))


def _cut_off(found: NDArray[np.bool_]) -> int:
    """At which end of a line of pixels (N,) something comes to the edge: -1, 1, or 0 for neither or both."""
    return int(found[-EDGE_PIXELS:].any()) - int(found[:EDGE_PIXELS].any())


def _sentence(grid: Grid, own: Grid) -> str:
    if grid.spacing_mm == own.spacing_mm:
        return OFF_THE_MIDDLE
    return (
        f"by its spacing the heart is {grid.spacing_mm / own.spacing_mm:.2g} times the usual size: the network saw it "
        f"with pixels of {grid.spacing_mm:.2g} instead of {own.spacing_mm:g} mm; volumes go by the file's spacing"
    )


def _some_slices(cine: Cine) -> Cine:
    """A few slices of the middle of the stack, in two frames far apart."""
    first, last = 0.2 * (cine.slice_count - 1), 0.8 * (cine.slice_count - 1)
    slices = np.unique(np.rint(np.linspace(first, last, SLICES)).astype(int))
    frames = np.unique(np.linspace(0, cine.frame_count, FRAMES, endpoint=False).astype(int))
    return dataclasses.replace(cine, frames=np.ascontiguousarray(cine.frames[np.ix_(frames, slices)]), time_ms=None)


def _other_grids(cine: Cine, own: Grid) -> Iterable[Grid]:
    """Grids over all and over parts of the image, around its centre, from coarse to fine."""
    for share in FIELDS:
        spacing_mm = share * field_mm(cine) / max(own.rows, own.columns)
        yield dataclasses.replace(own, spacing_mm=spacing_mm)


def field_mm(cine: Cine) -> float:
    """The longer side of the images, mm."""
    _, j_mm, i_mm = cine.spacing_mm
    return float(max(cine.frames.shape[2] * j_mm, cine.frames.shape[3] * i_mm))


def _centred(look: Look) -> Grid:
    """A grid around the cavity that `look` found, with pixels that bring it to a typical size."""
    spacing_mm = look.grid.spacing_mm * look.radius_mm / TYPICAL_RADIUS_MM
    return dataclasses.replace(_moved(look.grid, look.from_centre_mm), spacing_mm=spacing_mm)


def _look(some: Cine, grid: Grid, model: ModelSpec, engine: Engine) -> Look:
    """What the network finds in `some` slices through `grid`."""
    logits = finite_logits(engine, prepare_images(some, grid), model)
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
