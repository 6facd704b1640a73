"""Base, mid and apex: which end of a stack is the base, and the thirds from there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

REGIONS = ("base", "mid", "apex")


def is_base_first(volumes: Sequence[Sequence[float]]) -> bool:
    """Whether a patient's slices are counted from the base.

    Data sets count from either end and seldom say from which. The ventricle tapers, so the base is taken to be the end
    with the larger areas, over all of the patient's volumes together, for the last slice at the base is often small.
    An aneurysm of the apex can mislead this.

    Args:
        volumes: for each volume (a frame of a stack), the area in each slice with reference, in order of slices.
    """
    lean = 0.0
    for areas in volumes:
        sizes = np.asarray(areas, dtype=np.float64)
        positions = np.arange(len(sizes)) - (len(sizes) - 1) / 2
        lean += float(np.dot(sizes, positions) / sizes.sum())
    return lean <= 0


def thirds(count: int, *, base_first: bool) -> list[str]:
    """The region of each of `count` slices: the third of the stack that holds the slice's centre.

    So 1 slice is mid; 2 are base and apex; 4 are 1 + 2 + 1; 5 are 2 + 1 + 2; 9 are 3 + 3 + 3.
    """
    from_base = [REGIONS[(2 * position + 1) * len(REGIONS) // (2 * count)] for position in range(count)]
    return from_base if base_first else from_base[::-1]
