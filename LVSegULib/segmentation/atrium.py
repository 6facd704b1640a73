"""Leave out slices above the base: what fills while the ventricle empties is the atrium or the outflow tract.

A network that sees one slice at a time takes the left atrium for the ventricle, as both are a bright disc; the beat
tells them apart. The annulus descends in systole, so a slice may be ventricle at ED and atrium at ES: only slices that
on the whole fill against the ventricle are left out, and only from the basal end: an apex may bulge after an infarct.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.labels import CAVITY, MYOCARDIUM

FEWEST_FRAMES = 8
"""With fewer frames, filling and emptying cannot be told apart."""

LEAST_CONTRACTION = 0.95
"""A ventricle that keeps more than this share of its volume says nothing about which slices belong to it."""


def without_atrium(labels: NDArray[Any]) -> tuple[NDArray[Any], tuple[int, ...]]:
    """`labels` without the left ventricle in the slices above the base.

    The base is the end with the larger areas of the cavity. From there, within the basal third, slices go whose mean
    area in the third of the frames with the smallest volume is not below that in the third with the largest. Only the
    cavity is looked at, as the myocardium keeps its volume over the beat. The right ventricle, which reaches higher,
    stays.

    Args:
        labels: label values (T, K, J, I), see `LVSegULib.labels`.

    Returns:
        A new array if a slice was emptied, else `labels` itself; and the emptied slices, sorted.
    """
    areas = np.count_nonzero(labels == CAVITY.value, axis=(2, 3)).astype(np.float64)
    filled = np.flatnonzero(areas.any(axis=0))
    if len(labels) < FEWEST_FRAMES:
        return labels, ()
    order = np.argsort(areas.sum(axis=1), kind="stable")
    third = len(labels) // 3
    small, large = areas[order[:third]].mean(axis=0), areas[order[-third:]].mean(axis=0)
    if small.sum() > LEAST_CONTRACTION * large.sum():
        return labels, ()
    above: list[int] = []
    for index in _from_the_base(filled, large)[: len(filled) // 3]:
        if small[index] < large[index]:
            break
        above.append(int(index))
    if not above:
        return labels, ()
    emptied = labels.copy()
    emptied[:, above] *= ~np.isin(emptied[:, above], (CAVITY.value, MYOCARDIUM.value))
    return emptied, tuple(sorted(above))


def _from_the_base(filled: NDArray[np.intp], areas: NDArray[np.float64]) -> NDArray[np.intp]:
    """The slices `filled` with the end of the larger areas first."""
    half = len(filled) // 2
    starts_larger = areas[filled[:half]].sum() >= areas[filled[-half:]].sum()
    return filled if starts_larger else filled[::-1]
