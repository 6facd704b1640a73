"""From the pixels that a DICOM image stores to what the scanner meant by them: rescaled, and dark where nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from LVSegULib.reading.dicom_values import text_of, value_of, whole_of

TAGS = (
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "PixelRepresentation",
    "RescaleSlope",
    "RescaleIntercept",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
)
"""What a `Meaning` is told by."""

GREY = ("MONOCHROME2", "MONOCHROME1")
"""The PhotometricInterpretation of grey images; in those of the second kind, the smallest pixel is white."""


@dataclass(frozen=True)
class Meaning:
    """What the stored pixels of an image mean.

    Attributes:
        slope, intercept: RescaleSlope and RescaleIntercept.
        padding: the least and the greatest stored value of pixels where nothing was measured, None without any.
        white: of an image whose smallest pixel is white, the sum of its least and greatest value that can be stored.
    """

    slope: float = 1.0
    intercept: float = 0.0
    padding: tuple[int, int] | None = None
    white: int | None = None

    @property
    def is_blank(self) -> bool:
        """Whether all pixels come out alike, as they do with a slope of 0."""
        return abs(self.slope) < float(np.finfo(np.float32).smallest_subnormal)

    @property
    def may_overflow(self) -> bool:
        """Whether whole numbers of up to 64 bits may come out as no numbers, or infinite."""
        return not abs(self.slope) * 2.0**64 + abs(self.intercept) <= float(np.finfo(np.float32).max)

    def of(self, stored: NDArray[Any]) -> tuple[NDArray[np.float32], bool]:
        """The pixels as float32, dark to bright, and whether padding was among them.

        Padding gets the smallest value of the other pixels; where there are none, it is left.
        """
        upright = stored if self.white is None else self.white - stored
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = upright * np.float32(self.slope) + np.float32(self.intercept)
            pixels: NDArray[np.float32] = scaled.astype(np.float32, copy=False)
        if self.padding is None:
            return pixels, False
        is_padding = (stored >= self.padding[0]) & (stored <= self.padding[1])
        if not is_padding.any() or is_padding.all():
            return pixels, False
        pixels[is_padding] = pixels[~is_padding].min()
        return pixels, True


def meaning_of(dataset: Dataset, slope: float | None, intercept: float | None) -> Meaning:
    """The meaning of pixels by the header that has `TAGS`; slope and intercept may be of one frame of several."""
    stored, is_signed = whole_of(dataset, "BitsStored") or 0, bool(whole_of(dataset, "PixelRepresentation"))
    is_white = text_of(dataset, "PhotometricInterpretation", 20) == "MONOCHROME1"
    return Meaning(
        slope=1.0 if slope is None else slope,
        intercept=intercept or 0.0,
        padding=_padding(dataset),
        white=(-1 if is_signed else 2**stored - 1) if is_white else None,
    )


def _padding(dataset: Dataset) -> tuple[int, int] | None:
    ends = [_as_stored(dataset, name) for name in ("PixelPaddingValue", "PixelPaddingRangeLimit")]
    known = [end for end in ends if end is not None]
    return None if ends[0] is None else (min(known), max(known))


def _as_stored(dataset: Dataset, name: str) -> int | None:
    """A value of a pixel, signed or not as pixels are, whatever it is written as; None where it is no number."""
    value, bits = value_of(dataset, name), whole_of(dataset, "BitsAllocated") or 16
    if isinstance(value, bytes):
        value = int.from_bytes(value[: bits // 8], "little")
    if not isinstance(value, int):
        return None
    number = int(value) % (1 << bits)
    is_negative = bool(whole_of(dataset, "PixelRepresentation")) and number >= 1 << (bits - 1)
    return number - (1 << bits) if is_negative else number
