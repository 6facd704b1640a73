"""Tell masks and label maps from images: by how few values they have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError

FEW_VALUES = 4
"""An image of so few different whole numbers is taken for a mask, whatever they are."""

MOST_VALUES = 16
"""And one of so many if most of its pixels are 0: background, and the regions of any data set."""

_LOOKED_AT = 200_000
"""Pixels that are looked at to tell whether a mask was resampled."""

_WHOLE = 1e-3
"""What resampling may leave of a fraction where all neighbours are alike."""


def refuse_mask(pixels: NDArray[Any], path: Path) -> None:
    """Refuse an image that has few whole numbers only, or few of them and fractions between, as resampling makes.

    Args:
        pixels: of any shape, with slices (J, I) last.
        path: the file, for the message.

    Raises:
        InputError: it is a mask or label map.
    """
    values = _few_values(pixels)
    if 1 < len(values) <= MOST_VALUES and np.array_equal(values, np.rint(values)) and _is_label_map(pixels, values):
        shown = ", ".join(f"{value:g}" for value in values)
        raise InputError(f"{path}: holds only the values {shown}: it is a mask or label map, expected an image")
    if pixels.dtype.kind == "f" and _is_resampled(pixels.flat[:: pixels.size // _LOOKED_AT | 1]):
        raise InputError(
            f"{path}: holds few whole numbers and some fractions between them: it is a mask or label map that was "
            "resampled, expected an image"
        )


def _is_label_map(pixels: NDArray[Any], values: NDArray[Any]) -> bool:
    return len(values) <= FEW_VALUES or 2 * int(np.count_nonzero(pixels)) < pixels.size


def _few_values(pixels: NDArray[Any]) -> NDArray[Any]:
    """The different values (N,) of an image (T, K, J, I) of which no more are looked for than a mask has."""
    values = np.unique(pixels.flat[:: max(1, pixels.size // 5000)])
    for image in (image for frame in pixels for image in frame):
        if len(values) > MOST_VALUES:
            break
        for value in values:
            image = image[image != value]
        values = np.union1d(values, image)
    return values


def _is_resampled(some: NDArray[Any]) -> bool:
    """Whether these pixels (N,) are of a mask: most of one value, most others whole numbers of which there are few.

    An image that was cut out, too, has most pixels of one value, but grey values of all kinds in the rest. Numbers
    near 0 do not count as whole: all those of an image may lie there.
    """
    values, counts = np.unique(some[np.isfinite(some)], return_counts=True)
    if not len(values) or 2 * counts.max() <= len(some):
        return False
    others = np.arange(len(values)) != counts.argmax()
    values, counts = values[others], counts[others]
    nearest = np.rint(values)
    is_whole = (np.abs(values - nearest) < _WHOLE) & (nearest != 0)
    is_few = len(np.unique(nearest[is_whole])) <= MOST_VALUES
    return is_few and bool(is_whole.any() and not is_whole.all()) and 2 * counts[is_whole].sum() >= counts.sum()
