"""Clean up a segmentation: keep the heart across slices and frames, drop what is not part of it, fill its holes.

The largest blob of each slice alone is a poor rule: it keeps a stray structure where the heart was missed, and drops
half of a ventricle that a papillary muscle splits. Here the pixels that belong to a slice in most of its frames vote on
where the heart lies; the heart is their largest connected body, and a piece of any frame stays if it lies on it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from LVSegULib.errors import InputError
from LVSegULib.labels import CAVITY
from LVSegULib.progress import Report, part_of, reporting, silent
from LVSegULib.segmentation.pieces import pieces_of_each_slice

SMALLEST_OVERLAP = 0.25
"""Share of a piece, or of the heart's place in that slice if it is smaller, that must overlap for the piece to stay."""

SMALLEST_MARGIN = 8
"""Pixels that the heart may always reach beyond its usual place, however small that is."""


def keep_heart(labels: NDArray[Any], report: Report = silent) -> NDArray[Any]:
    """The heart of `labels`, without stray structures and without holes in the cavity.

    - A piece stays if it overlaps in-plane the place of the heart in its own slice or a neighbouring one. So a
      ventricle split in two stays whole, and one slice that was missed does not cut off the slices beyond it.
    - A structure beside the heart goes, even if it touches the heart in less than half of the frames.
    - Whatever the cavity encloses in a slice becomes cavity, as papillary muscles belong to it.

    Args:
        labels: label values (T, K, J, I), 0 background; the heart is the union of all other values.
        report: told after every frame, in each of the passes over them.

    Returns:
        A new array of the same shape and type; an empty one stays empty.

    Raises:
        InputError: `labels` is not 4-D.
    """
    if labels.ndim != 4:
        raise InputError(f"a segmentation must be (frames, slices, rows, columns), got shape {labels.shape}")
    cleaned: NDArray[Any] = np.zeros_like(labels)
    place = _place_of_the_heart(labels != 0)
    if place.any():
        rows, columns = _neighbourhood(place, (0, 2)), _neighbourhood(place, (0, 1))
        inside = labels[:, :, rows, columns]
        heart = _heart(inside != 0, place[:, rows, columns], part_of(report, 0.0, 0.7))
        for frame in reporting(range(len(labels)), part_of(report, 0.7, 1.0)):
            cavity = _without_holes(heart[frame] & (inside[frame] == CAVITY.value))
            cleaned[frame, :, rows, columns] = np.where(cavity, CAVITY.value, inside[frame] * heart[frame])
    return cleaned


def _neighbourhood(place: NDArray[np.bool_], other_axes: tuple[int, int]) -> slice:
    """Where the heart may reach along one axis: over its usual extent, and half as far again to each side."""
    first, last = np.flatnonzero(place.any(axis=other_axes))[[0, -1]]
    beyond = (last - first) // 2 + SMALLEST_MARGIN
    return slice(max(int(first - beyond), 0), int(last + beyond) + 1)


def _place_of_the_heart(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Largest connected body (K, J, I) of the pixels that are set in more than half of a slice's non-empty frames."""
    frames = np.count_nonzero(mask.any(axis=(2, 3)), axis=0)
    usual: NDArray[np.bool_] = 2 * _times_set(mask) > np.maximum(frames, 1)[:, None, None]
    if not usual.any():
        usual = _times_set(mask) > 0
    bridged = usual.copy()
    bridged[1:-1] |= usual[:-2] & usual[2:]
    bodies, _ = ndimage.label(bridged, structure=np.ones((3, 3, 3)))
    sizes = np.bincount(bodies[usual], minlength=2)
    usual &= bodies == sizes.argmax()
    return usual


def _times_set(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """In how many frames each pixel of `mask` (T, K, J, I) is set."""
    times = np.zeros(mask.shape[1:], np.int32)
    for frame in mask:
        times += frame
    return times


def _heart(mask: NDArray[np.bool_], place: NDArray[np.bool_], report: Report) -> NDArray[np.bool_]:
    """The pixels of `mask` (T, K, J, I) that belong to the heart, whose usual place (K, J, I) is known."""
    kept = _pieces_on(place, mask, part_of(report, 0.0, 0.5))
    # Where another structure touches the heart for a moment, the two are one piece: the other frames tell them apart.
    stray = _times_set(mask & ~kept) > _times_set(kept)
    return _pieces_on(place, kept & ~stray, part_of(report, 0.5, 1.0)) if (kept & stray).any() else kept


def _pieces_on(place: NDArray[np.bool_], mask: NDArray[np.bool_], report: Report) -> NDArray[np.bool_]:
    """The connected pieces of each slice of `mask` (T, K, J, I) that overlap `place` (K, J, I) or its neighbours'."""
    places = (place, _shifted(place, 1), _shifted(place, -1))
    kept = np.zeros_like(mask)
    for frame in reporting(range(len(mask)), report):
        kept[frame] = _pieces_of_a_frame_on(places, mask[frame])
    return kept


def _pieces_of_a_frame_on(places: tuple[NDArray[np.bool_], ...], mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The connected pieces of each slice of `mask` (K, J, I) that overlap one of `places`, each (K, J, I)."""
    pieces, count = pieces_of_each_slice(mask, diagonal=True)
    at = np.flatnonzero(mask)
    piece_of_pixel = pieces.ravel()[at]
    sizes = np.bincount(piece_of_pixel, minlength=count + 1)
    slice_of_piece = np.zeros(count + 1, np.intp)
    slice_of_piece[piece_of_pixel] = at // mask[0].size
    stays = np.zeros(count + 1, bool)
    for near in places:
        overlaps = np.bincount(piece_of_pixel[near.ravel()[at]], minlength=count + 1)
        room = np.count_nonzero(near, axis=(1, 2))[slice_of_piece]
        stays |= (overlaps > 0) & (overlaps >= SMALLEST_OVERLAP * np.minimum(sizes, room))
    kept: NDArray[np.bool_] = stays[pieces]
    return kept


def _shifted(place: NDArray[np.bool_], step: int) -> NDArray[np.bool_]:
    """`place` (K, J, I) moved by one slice, towards the apex or the base."""
    moved = np.zeros_like(place)
    if step > 0:
        moved[1:] = place[:-1]
    else:
        moved[:-1] = place[1:]
    return moved


def _without_holes(cavity: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`cavity` (K, J, I) with everything that it encloses within a slice."""
    around = np.pad(~cavity, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    pieces, count = pieces_of_each_slice(around, diagonal=False)
    enclosed = np.ones(count + 1, bool)
    enclosed[pieces[:, 0, 0]] = False
    filled: NDArray[np.bool_] = enclosed[pieces[:, 1:-1, 1:-1]]
    return filled
