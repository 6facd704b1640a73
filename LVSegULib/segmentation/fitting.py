"""The grid that suits a cine: where the heart lies, how large its pixels are, and which way up it is stored.

The network knows hearts of the size of its training patients', near the middle of a field of view, in the usual view.
Most cines are like that and are taken as they are. A mouse is eleven times smaller, a field of view may be off the
heart, and a file may tell a wrong spacing, have lost how its images are turned and mirrored, or hold pixels that
outshine all others. So a few slices are segmented first. If no heart of a usual size is found well inside the grid,
other views, pixel sizes and places are tried, and the one is taken on which the network is surest of such a heart.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine
from LVSegULib.labels import CAVITY, RIGHT_CAVITY
from LVSegULib.measures.divergence import probabilities
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.grid import Grid
from LVSegULib.preparation.intensity import BOUNDED, DEFAULT
from LVSegULib.preparation.orientation import EVERY_ORIENTATION
from LVSegULib.segmentation.logits import finite_logits
from LVSegULib.segmentation.look import Look, Sample, look_at, some_slices, told_pixel_mm

TYPICAL_RADIUS_MM = 22.0
"""Radius that an unusual heart is brought to."""

SURE = 0.8
"""A look of this score or more, with a heart of a usual size inside the grid, is not questioned but for glare."""

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

QUITE_SURE, VIEW_BETTER = 0.9, 0.15
"""Another view must have a score of the first, and be better than the usual one by the second."""

BRIGHTER_BETTER = 0.05
"""By so much a look without the brightest pixels must be better. In a phantom the heart itself outshines all else."""

FOUND = 0.5
"""What the first look found with this score is a body: another one must be one of which the network is quite sure."""

SAME_SIZE = 0.1
"""Pixels that are larger or smaller by less than this share say nothing about a heart's size."""

EDGE_PIXELS, STEP_MM = 2, 24.0
"""A right ventricle that comes so close to the grid's edge is cut off, and the grid is moved so far towards it."""

MOST_STEPS = 3
"""How often it is moved at most."""


def brought_to_usual(look: Look) -> Grid:
    """The grid for a heart that is surely as `look` tells: around it, if it lies at the edge or is of unusual size."""
    if not TYPICAL_RADIUS_MM / ALIKE <= look.radius_mm <= TYPICAL_RADIUS_MM * ALIKE:
        return _centred(look)
    return look.grid if look.is_inside else _moved(look.grid, look.from_centre_mm)


def fitting_grid(cine: Cine, model: ModelSpec, engine: Engine) -> Grid:
    """The grid on which to segment `cine`: the model's own unless another one is clearly better.

    Raises:
        EngineError: the engine failed.
        ModelError: the network gives values that are not finite.
    """
    own = model.grid
    if CAVITY not in model.labels:
        return own
    some = some_slices(cine)
    first = look_at(some, own, model, engine)
    view: Look | None = None
    if field_mm(cine) < LEAST_FIELD * own.spacing_mm * max(own.rows, own.columns):
        first = dataclasses.replace(first, score=0.0)  # a whole mouse is as large as a heart, and as round
    else:
        view = _better_view(first, some, model, engine)
    if first.score >= SURE and first.is_usual:
        return _with_right_ventricle(some, (view or first).grid, model, engine)
    if first.score >= SURE or first.may_be_cut_off:
        there = _look_there(first, some, model, engine)
        if there is not None and (view is None or there.score >= view.score):
            return _with_right_ventricle(some, there.grid, model, engine)
    other, is_alike = _other_size(first, some, model, engine)
    if view is not None and (other is None or is_alike or view.score >= other.score):
        return _with_right_ventricle(some, view.grid, model, engine)
    return own if other is None else (_better_view(other, some, model, engine) or other).grid


def _better_view(look: Look, some: Sample, model: ModelSpec, engine: Engine) -> Look | None:
    """A look at the same place that shows a usual heart better than `look`, if any.

    Without the pixels that outshine all others, where there are such; turned or mirrored, if the network is not sure.
    """
    views = []
    if look.grid.intensity == DEFAULT and some.is_outshone:
        bounded = look_at(some, dataclasses.replace(look.grid, intensity=BOUNDED), model, engine)
        views += [bounded] if bounded.score >= max(LEAST_SCORE, look.score + BRIGHTER_BETTER) else []
    if look.score < SURE:
        turned = [look_at(some, look.grid.turned(turn), model, engine) for turn in EVERY_ORIENTATION[1:]]
        views += [view for view in turned if view.score >= max(QUITE_SURE, look.score + VIEW_BETTER)]
    return max((view for view in views if view.is_usual), key=lambda view: view.score, default=None)


def _other_size(first: Look, some: Sample, model: ModelSpec, engine: Engine) -> tuple[Look | None, bool]:
    """A look through larger or smaller pixels that is clearly better than the `first`, if any.

    Returns:
        It, and whether the heart that it shows is only as large or as small as people's differ.
    """
    own = model.grid
    looks = [look_at(some, grid, model, engine) for grid in _other_grids(some.cine, own)]
    best = max(looks, key=lambda look: look.score)
    refined = look_at(some, _centred(best), model, engine) if best.score > 0 else best
    best = max(refined, best, key=lambda look: look.score)
    largest_mm = max(best.grid.spacing_mm, refined.grid.spacing_mm)  # a heart too large for people is so on any grid
    is_alike = own.spacing_mm / ALIKE < best.grid.spacing_mm and largest_mm < own.spacing_mm * ALIKE
    least = QUITE_SURE if first.score >= FOUND and not _touch(first, best) else LEAST_SCORE
    is_better = best.score >= max(least, first.score + (FAR_BETTER if is_alike else CLEARLY_BETTER))
    return best if is_better else None, is_alike


def _touch(first: Look, other: Look) -> bool:
    """Whether the cavities of two looks in the same view touch."""
    return math.dist(first.place_mm, other.place_mm) <= first.own_radius_mm + other.own_radius_mm


def what_is_unusual(grid: Grid, own: Grid) -> tuple[str, ...]:
    """What to tell the user of a `grid` that is not the model's `own`, one sentence each."""
    told = []
    if grid.turn != own.turn:
        how = "mirrored" if grid.turn.is_mirrored else "turned"
        told.append(
            f"the network was surer of a heart with the images {how}, and saw them so: check on the picture what it "
            "found, and left and right in the file"
        )
    if grid.intensity != own.intensity:
        told.append("the network was surer of a heart without the brightest pixels, and saw the images brighter")
    times = grid.spacing_mm / own.spacing_mm
    if abs(times - 1) > SAME_SIZE:
        told.append(
            f"by its spacing the heart is {times:.2g} times the usual size: the network saw it with pixels of "
            f"{grid.spacing_mm:.2g} instead of {own.spacing_mm:g} mm; volumes go by the file's spacing"
        )
    elif grid.centre_mm != own.centre_mm:
        told.append("the heart lies off the middle of the images: the network looked there")
    return tuple(told)


def _look_there(first: Look, some: Sample, model: ModelSpec, engine: Engine) -> Look | None:
    """A look around what `first` found, if that shows a whole heart: surely, or about as surely as `first` was.

    A heart at the grid's edge is cut off there, and the network unsure of what is left; or sure, and off by as much.
    """
    there = look_at(some, _moved(first.grid, first.from_centre_mm), model, engine)
    least = SURE if first.score < SURE else first.score - CLEARLY_BETTER
    return there if there.is_usual and there.score >= least else None


def _with_right_ventricle(some: Sample, grid: Grid, model: ModelSpec, engine: Engine) -> Grid:
    """The grid, moved for as long as it would cut the right ventricle off."""
    step_mm = STEP_MM * grid.spacing_mm / told_pixel_mm(model.grid)
    for _ in range(MOST_STEPS if RIGHT_CAVITY in model.labels else 0):
        logits = finite_logits(engine, some.images(grid), model)
        right: NDArray[np.bool_] = probabilities(logits)[:, model.labels.index(RIGHT_CAVITY)] > 0.5
        along_rows, along_columns = (_cut_off(np.any(right, axis=axes)) for axes in ((0, 2), (0, 1)))
        if not (along_rows or along_columns):
            break
        grid = _moved(grid, (step_mm * along_rows, step_mm * along_columns))
    return grid


def _moved(grid: Grid, by_mm: tuple[float, float]) -> Grid:
    return dataclasses.replace(grid, centre_mm=(grid.centre_mm[0] + by_mm[0], grid.centre_mm[1] + by_mm[1]))


def _cut_off(found: NDArray[np.bool_]) -> int:
    """At which end of a line of pixels (N,) something comes to the edge: -1, 1, or 0 for neither or both."""
    return int(found[-EDGE_PIXELS:].any()) - int(found[:EDGE_PIXELS].any())


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
