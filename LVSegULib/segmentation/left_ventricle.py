"""Keep the left ventricle as one body from base to apex, and drop what was taken for it beside it.

A network that sees one slice at a time may take the apex of a large right ventricle for the left one. Connected voxels
do not tell: the two touch. Here a piece of a slice continues the body in the next slice only if a good part of it lies
there, so that a piece beside the ventricle is a body of its own. The wall belongs to the ventricle, so that its slices
lie on each other even at ES, when the cavity nearly vanishes. The right ventricle is left alone: near its valves it may
be in two parts that do not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.progress import Report, reporting, silent
from LVSegULib.segmentation.pieces import pieces_of_each_slice

SMALLEST_OVERLAP = 0.25
"""Share of the smaller of two pieces in neighbouring slices that must overlap for them to be one body."""

FEWEST_SLICES = 3
"""A body beyond the largest one's slices stays from this many slices on: breath-holds differ, and a stack may jump."""


def keep_left_ventricle(labels: NDArray[Any], report: Report = silent) -> NDArray[Any]:
    """`labels` with cavity and myocardium in one body only, in every frame by itself.

    Args:
        labels: label values (T, K, J, I), see `LVSegULib.labels`.
        report: told after every frame.

    Returns:
        A new array; cavity and myocardium that do not belong to the body are 0.
    """
    kept: NDArray[Any] = labels.copy()
    rows, columns = (_extent(np.asarray(labels.any(axis=axes))) for axes in ((0, 1, 3), (0, 1, 2)))
    for frame in reporting(list(kept[:, :, rows, columns]), report):
        mask = (frame == CAVITY.value) | (frame == MYOCARDIUM.value)
        if mask.any():
            frame[mask & ~_body(mask)] = 0
    return kept


def _extent(line: NDArray[np.bool_]) -> slice:
    at = np.flatnonzero(line)
    return slice(int(at[0]), int(at[-1]) + 1) if len(at) else slice(0)


def _body(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pixels of `mask` (K, J, I), which has some, in its largest body and in those that go on where it ends."""
    pieces, count = pieces_of_each_slice(mask, diagonal=True)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)[1:]
    last = np.maximum.accumulate(pieces.max(axis=(1, 2)))  # pieces are numbered slice after slice
    slice_of = np.searchsorted(last, np.arange(1, count + 1))
    body_of = connected_components(_links(pieces, sizes, last), directed=False)[1]
    volumes = np.bincount(body_of, weights=sizes)
    slices_of = np.split(slice_of[np.argsort(body_of, kind="stable")], np.cumsum(np.bincount(body_of))[:-1])
    stays, taken = np.zeros(len(volumes), bool), np.zeros(len(mask), bool)
    for body in np.argsort(-volumes, kind="stable"):
        own = np.unique(slices_of[body])
        if not stays.any() or (len(own) >= FEWEST_SLICES and not taken[own].any()):
            stays[body] = True
            taken[own] = True
        if np.count_nonzero(~taken) < FEWEST_SLICES:
            break
    return np.asarray(np.concatenate([[False], stays[body_of]])[pieces])


def _links(pieces: NDArray[np.int32], sizes: NDArray[np.intp], last: NDArray[np.int32]) -> Any:
    """Which pieces are one body with which, a sparse matrix (P, P); slices without any are passed over.

    Args:
        pieces: number of the piece of each pixel, from 1 and slice after slice, 0 where there is none (K, J, I).
        sizes: pixels of each piece (P,).
        last: number of the last piece up to each slice (K,).
    """
    count, filled = len(sizes), pieces[np.diff(last, prepend=0) > 0]
    near, far = filled[:-1], filled[1:]
    both = (near > 0) & (far > 0)
    couples, overlaps = np.unique((near[both].astype(np.int64) - 1) * count + far[both] - 1, return_counts=True)
    one, other = np.divmod(couples, count)
    is_joined = overlaps >= SMALLEST_OVERLAP * np.minimum(sizes[one], sizes[other])
    places = (one[is_joined].astype(np.int32), other[is_joined].astype(np.int32))  # all that every SciPy takes
    return coo_array((np.ones(len(places[0]), bool), places), shape=(count, count))
