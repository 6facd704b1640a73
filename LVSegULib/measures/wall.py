"""Thickness of the wall: along the centreline of the myocardium, in every slice in which it is a closed ring.

The centreline is as far from the endo as from the epi contour, and the thickness at a point of it is the sum of both
distances: the chord at right angles to the wall, as in the centreline method (Sheehan et al., Circulation 1986;74:293).
So it does not depend on a centre of the ventricle, as radii do, nor on the contour that one starts from.

It holds for walls of about four pixels and more. Of fewer the mean is too large, for smoothing moves a tightly curved
endo contour inwards: of a wall of 6 mm by 0.06 mm in pixels of 1.4 mm, by 0.15 mm in those of 2 mm, and by 0.3 to
0.5 mm in those of 3 mm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree

from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.measures.base_to_apex import is_base_first, thirds

SMOOTHING_PIXELS = 1.0
"""Takes the steps out of a contour before distances to it are taken; moves one of radius 10 pixels by a twentieth."""

LARGEST_OVER_PIXELS = 3.0
"""The largest thickness is that of a running mean along the centreline of this width (sigma), not of a single pixel."""

_ROOM = 4
"""Pixels of background around a ring, so that smoothing does not reach the edge."""


class Thickness(NamedTuple):
    """Of one slice: mean along the centreline, and the largest, mm."""

    mean_mm: float
    largest_mm: float


class Wall(NamedTuple):
    """Of one frame: mean of the slices' means, the largest, mm (NaN if there is no slice), and how many slices."""

    mean_mm: float
    largest_mm: float
    slices: int


def wall_of_beat(
    ed: NDArray[np.integer[Any]], es: NDArray[np.integer[Any]], spacing_mm: Sequence[float]
) -> tuple[Wall, Wall]:
    """Thickness of the wall at end-diastole and at end-systole, each in its own slices; see `wall_of_frame`.

    Args:
        ed: label values (K, J, I) at ED, see `LVSegULib.labels`.
        es: label values (K, J, I) at ES.
        spacing_mm: voxel size (K, J, I) in mm.
    """
    areas = [np.count_nonzero(frame == CAVITY.value, axis=(1, 2)) for frame in (ed, es)]
    base_first = is_base_first([of_frame[of_frame > 0].tolist() for of_frame in areas])
    return wall_of_frame(ed, spacing_mm, base_first=base_first), wall_of_frame(es, spacing_mm, base_first=base_first)


def wall_of_frame(labels: NDArray[np.integer[Any]], spacing_mm: Sequence[float], *, base_first: bool) -> Wall:
    """Thickness of the wall in the basal and mid slices of a frame whose myocardium is a closed ring.

    Base, mid and apex are the thirds of the slices that have a cavity. The apex is left out: there the wall is cut at
    an angle, which makes it look thicker than it is.

    Args:
        labels: label values (K, J, I), see `LVSegULib.labels`.
        spacing_mm: voxel size (K, J, I) in mm.
        base_first: whether slices are counted from the base.
    """
    filled = np.flatnonzero((labels == CAVITY.value).any(axis=(1, 2)))
    regions = thirds(len(filled), base_first=base_first)
    of_slices = (
        wall_of_slice(labels[k], spacing_mm[1:]) for k, region in zip(filled, regions, strict=True) if region != "apex"
    )
    rings = [ring for ring in of_slices if ring is not None]
    if not rings:
        return Wall(math.nan, math.nan, 0)
    mean_mm = sum(ring.mean_mm for ring in rings) / len(rings)
    return Wall(mean_mm, max(ring.largest_mm for ring in rings), len(rings))


def wall_of_slice(labels: NDArray[np.integer[Any]], pixel_mm: Sequence[float]) -> Thickness | None:
    """Thickness of the wall in a slice; None where the myocardium is no closed ring around one cavity.

    Too large where the wall is fewer than about four pixels thick, by up to half a millimetre in pixels of 3 mm.

    Args:
        labels: label values (J, I), see `LVSegULib.labels`.
        pixel_mm: pixel size (J, I) in mm.
    """
    solids = _solids(labels)
    if solids is None:
        return None
    places = np.indices(solids[0].shape) * np.reshape(pixel_mm, (2, 1, 1))
    from_endo, from_epi = (_signed_distance(solid, places) for solid in solids)
    # Outside the cavity and inside the epicardium, the first is positive and the second negative.
    offset, thickness = from_endo + from_epi, from_endo - from_epi
    along = _at_zero(offset, np.stack([thickness, _length_of_a_crossing(offset, pixel_mm), *places]))
    thickness_mm, length_mm, line = along[0], along[1], along[2:].T
    apart = np.linalg.norm(line[:, None] - line, axis=2) / (LARGEST_OVER_PIXELS * float(np.mean(pixel_mm)))
    nearby = np.exp(-(apart**2) / 2) * length_mm
    running = nearby @ thickness_mm / nearby.sum(axis=1)
    return Thickness(float(np.average(thickness_mm, weights=length_mm)), float(running.max()))


def _solids(labels: NDArray[np.integer[Any]]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """What the endo and what the epi contour encloses, cut out alike; None if the ring is open or not the only one."""
    cavity = labels == CAVITY.value
    pieces, _ = ndimage.label(cavity | (labels == MYOCARDIUM.value))
    hearts = np.unique(pieces[cavity])
    if len(hearts) != 1:
        return None
    box = ndimage.find_objects(pieces)[hearts[0] - 1]
    inner = ndimage.binary_fill_holes(np.pad(cavity[box], _ROOM))
    outer = ndimage.binary_fill_holes(np.pad(pieces[box] == hearts[0], _ROOM))
    is_open = (ndimage.binary_dilation(inner) & ~outer).any()
    return None if is_open else (inner, outer)


def _signed_distance(solid: NDArray[np.bool_], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance in mm of the pixels at `places` (2, J, I) to the contour of `solid` (J, I), negative within it."""
    plain = solid.astype(np.float64)
    soft = ndimage.gaussian_filter(plain, SMOOTHING_PIXELS)
    inside = (soft if soft.max() > 0.6 else plain) - 0.5  # one too small to survive keeps its steps
    distance = KDTree(_at_zero(inside, places).T).query(np.moveaxis(places, 0, -1))[0]
    signed: NDArray[np.float64] = np.where(inside > 0, -distance, distance)
    return signed


def _at_zero(field: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """`values` (Q, J, I) where `field` (J, I) is zero between two neighbours, linearly interpolated: (Q, N)."""
    found = []
    for axis in (0, 1):
        first, second = (np.take(field, part, axis) for part in _neighbours(field.shape[axis]))
        at_first, at_second = (np.take(values, part, axis + 1) for part in _neighbours(field.shape[axis]))
        crosses = (first > 0) != (second > 0)
        share = first[crosses] / (first[crosses] - second[crosses])
        found.append(at_first[:, crosses] * (1 - share) + at_second[:, crosses] * share)
    return np.concatenate(found, axis=1)


def _neighbours(size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of all pixels but the last, and of their neighbours."""
    return np.arange(size - 1), np.arange(1, size)


def _length_of_a_crossing(field: NDArray[np.float64], pixel_mm: Sequence[float]) -> NDArray[np.float64]:
    """How much of a contour of `field` stands for each place where it crosses the grid, mm (J, I).

    A contour crosses the lines of the grid more often where it runs diagonally. Zero where `field` is flat.
    """
    along_j, along_i = np.abs(np.gradient(field, *pixel_mm))
    crossings = along_j / pixel_mm[1] + along_i / pixel_mm[0]
    length: NDArray[np.float64] = np.hypot(along_j, along_i) / np.maximum(crossings, np.finfo(np.float64).tiny)
    return length
