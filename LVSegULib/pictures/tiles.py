"""One slice as a picture: enlarged around the heart, with the contour of each region as a thin smooth line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from LVSegULib.labels import CAVITY, MYOCARDIUM, Label

MARGIN = 1.75
"""Side of the crop in extents of the heart."""

SMALLEST_SIDE_MM = 70.0
LINE_PIXELS = 1.7
SMOOTHING_PIXELS = 1.1
"""Of the image: takes the steps out of a contour, and moves one of radius 5 pixels inwards by an eighth of a pixel."""

_DARKEST, _BRIGHTEST = 0.5, 99.5
"""Percentiles of the crop that become black and white."""

_GAMMA = 0.85
"""Lifts dark myocardium a little."""


@dataclass(frozen=True)
class Crop:
    """A square of the patient in pixels of the image; edges, not centres: 0 is the left edge of column 0."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Pillow's order."""
        return self.left, self.top, self.right, self.bottom

    def of(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """The pixels of `images` (..., J, I) that lie in it, whole."""
        rows = slice(int(self.top), int(np.ceil(self.bottom)))
        return images[..., rows, int(self.left) : int(np.ceil(self.right))]


def crop_around(mask: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> Crop:
    """A square, in millimetres, around all that is set in `mask`, inside the image.

    Args:
        mask: boolean array (..., J, I); an empty one gives the middle of the image.
        spacing_mm: pixel size (J, I).
    """
    size_mm = np.array(mask.shape[-2:]) * spacing_mm
    flat: NDArray[np.bool_] = np.any(mask.reshape(-1, *mask.shape[-2:]), axis=0)
    if flat.any():
        edges = [np.flatnonzero(flat.any(axis=1 - axis))[[0, -1]] + (0, 1) for axis in (0, 1)]
        low, high = np.transpose(edges) * spacing_mm
        centre, side = (low + high) / 2, max(float((high - low).max()) * MARGIN, SMALLEST_SIDE_MM)
    else:
        centre, side = size_mm / 2, 0.7 * float(size_mm.min())
    side = min(side, float(size_mm.min()))
    top, left = np.clip(centre - side / 2, 0, size_mm - side) / spacing_mm
    return Crop(float(left), float(top), float(left + side / spacing_mm[1]), float(top + side / spacing_mm[0]))


def grey_range(images: NDArray[np.float32]) -> tuple[float, float]:
    """The intensities of `images` that become black and white."""
    low, high = np.percentile(images, (_DARKEST, _BRIGHTEST))
    return float(low), float(max(high, low + np.finfo(np.float32).eps * max(abs(low), 1.0)))


def draw_slice(
    image: NDArray[np.float32],
    labels: NDArray[np.uint8],
    regions: Sequence[Label],
    crop: Crop,
    greys: tuple[float, float],
    size: int,
) -> NDArray[np.uint8]:
    """A picture (size, size, 3) of one slice.

    Args:
        image: intensities (J, I).
        labels: label values (J, I).
        regions: whose contours to draw, each in its colour.
        crop: what to show.
        greys: intensities that become black and white.
        size: side of the picture in pixels.
    """
    low, high = greys
    grey = np.clip((_enlarged(image, crop, size) - low) / (high - low), 0.0, 1.0) ** _GAMMA
    picture = np.repeat(255.0 * grey[..., None], 3, axis=-1)
    for region in reversed(regions):
        mask = _inside(labels, region)
        if mask.any():
            _draw_contour(picture, _enlarged(_smooth(mask), crop, size), region.colour)
    return picture.round().astype(np.uint8)


def _inside(labels: NDArray[np.uint8], region: Label) -> NDArray[np.bool_]:
    """What the contour of `region` encloses; the myocardium's is the epicardium, so the cavity is within it."""
    inside: NDArray[np.bool_] = labels == region.value
    return inside | (labels == CAVITY.value) if region.value == MYOCARDIUM.value and inside.any() else inside


def _smooth(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """`mask` as 0..1 with a soft edge; one too small to survive that keeps its steps."""
    plain = mask.astype(np.float32)
    soft: NDArray[np.float32] = ndimage.gaussian_filter(plain, SMOOTHING_PIXELS, mode="nearest", truncate=3.0)
    return soft if soft.max() > 0.6 else plain


def _enlarged(image: NDArray[np.float32], crop: Crop, size: int) -> NDArray[np.float32]:
    picture = Image.fromarray(np.ascontiguousarray(image, dtype=np.float32))
    return np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC, box=crop.box))


def _draw_contour(
    picture: NDArray[np.float64], inside: NDArray[np.float32], colour: tuple[float, float, float]
) -> None:
    """Blend the line where `inside` crosses 1/2 into `picture`, over a faint dark edge to lift it off bright blood."""
    slope = np.hypot(*np.gradient(inside))
    distance = np.abs(inside - 0.5) / np.maximum(slope, 1e-3)
    for width, rgb, strength in ((LINE_PIXELS + 2.0, (0.0, 0.0, 0.0), 0.35), (LINE_PIXELS, colour, 1.0)):
        opacity = strength * np.clip(width / 2 + 0.5 - distance, 0.0, 1.0)[..., None]
        picture += opacity * (255.0 * np.array(rgb) - picture)
