"""Hausdorff distance of two masks in mm, in a slice or in a volume, at the 95th percentile."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from LVSegULib.errors import InputError


def hausdorff_95_mm(reference: NDArray[np.bool_], prediction: NDArray[np.bool_], spacing_mm: Sequence[float]) -> float:
    """The larger of the two 95th percentiles of the distances from each border to the other.

    A border is made of the pixels (voxels) of a mask that have a neighbour outside it across an edge (a face), or lie
    at the edge of the image; distances run between their centres. Huttenlocher et al. 1993, doi 10.1109/34.232073;
    the percentile as in Maier-Hein et al. 2024, doi 10.1038/s41592-023-02151-z.

    Args:
        reference: mask of a slice (J, I) or of a volume (K, J, I).
        prediction: mask of the same shape.
        spacing_mm: pixel size in the same axis order, mm.

    Returns:
        Distance in mm; NaN if one of the masks is empty, or both.

    Raises:
        InputError: the shapes or the number of spacings do not fit.
    """
    if reference.shape != prediction.shape or len(spacing_mm) != reference.ndim:
        raise InputError(
            f"masks of the shapes {reference.shape} and {prediction.shape} and {len(spacing_mm)} spacings do not fit"
        )
    if not reference.any() or not prediction.any():
        return math.nan
    box = _box_around(reference | prediction)
    first, second = _border(reference[box]), _border(prediction[box])
    there = np.percentile(_distance_to(second, spacing_mm)[first], 95)
    back = np.percentile(_distance_to(first, spacing_mm)[second], 95)
    return float(max(there, back))


def _box_around(mask: NDArray[np.bool_]) -> tuple[slice, ...]:
    return cast(tuple[slice, ...], ndimage.find_objects(mask.astype(np.uint8))[0])


def _border(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    border: NDArray[np.bool_] = mask & ~ndimage.binary_erosion(mask)
    return border


def _distance_to(border: NDArray[np.bool_], spacing_mm: Sequence[float]) -> NDArray[Any]:
    """Distance of every pixel to the nearest pixel of `border`, mm."""
    distances: NDArray[Any] = ndimage.distance_transform_edt(~border, sampling=tuple(spacing_mm))
    return distances
