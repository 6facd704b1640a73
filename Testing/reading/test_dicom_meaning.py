"""What stored pixels mean: rescaled, padding taken away, and dark where nothing is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from LVSegULib.reading.dicom_meaning import Meaning, meaning_of
from Testing.fuzz.seeds import a_dataset


def a_meaning(slope: float | None = None, intercept: float | None = None, **changed: Any) -> Meaning:
    usual = {"BitsAllocated": 16, "BitsStored": 12, "PixelRepresentation": 0}
    return meaning_of(a_dataset(**(usual | changed)), slope, intercept)


def test_pixels_are_rescaled() -> None:
    pixels, has_padding = a_meaning(2.5, -100).of(np.array([0, 4, 10], np.int16))
    assert (pixels.tolist(), pixels.dtype, has_padding) == ([-100, -90, -75], np.float32, False)


def test_padding_gets_the_smallest_other_value() -> None:
    meaning = a_meaning(2, 1, PixelRepresentation=1, PixelPaddingValue=-2000)
    pixels, has_padding = meaning.of(np.array([-2000, 7, 3, -2000], np.int16))
    assert (pixels.tolist(), has_padding) == ([7, 15, 7, 7], True)  # 2 x 3 + 1


def test_padding_may_be_a_range() -> None:
    meaning = a_meaning(PixelPaddingValue=10, PixelPaddingRangeLimit=0)
    assert meaning.of(np.array([0, 5, 10, 11, 20], np.uint16))[0].tolist() == [11, 11, 11, 11, 20]


def test_padding_that_is_not_there_changes_nothing() -> None:
    stored = np.array([1, 2], np.uint16)
    pixels, has_padding = a_meaning(PixelPaddingValue=0).of(stored)
    assert (pixels.tolist(), has_padding) == ([1, 2], False)
    assert a_meaning(PixelPaddingValue=1).of(stored[:1])[0].tolist() == [1]  # padding only


@pytest.mark.parametrize(
    ("written", "padding"), [(63536, -2000), (-2000, -2000), (b"\x30\xf8", -2000), (32768, -32768), (32767, 32767)]
)
def test_padding_is_of_the_type_of_the_pixels_whatever_it_is_written_as(written: Any, padding: int) -> None:
    """63536 = 65536 - 2000 = 0xF830."""
    dataset = a_dataset(BitsAllocated=16, BitsStored=16, PixelRepresentation=1)
    dataset.add_new("PixelPaddingValue", "OW" if isinstance(written, bytes) else "SL", written)
    assert meaning_of(dataset, None, None).padding == (padding, padding)


@pytest.mark.parametrize(
    ("signed", "dtype", "stored", "expected"),
    [(0, np.uint16, [0, 95, 4095], [4095, 4000, 0]), (1, np.int16, [-2048, 0, 2047], [2047, -1, -2048])],
)
def test_where_the_smallest_is_white_dark_and_bright_are_changed_back(
    signed: int, dtype: Any, stored: list[int], expected: list[int]
) -> None:
    meaning = a_meaning(PhotometricInterpretation="MONOCHROME1", PixelRepresentation=signed)
    assert meaning.of(np.array(stored, dtype))[0].tolist() == expected


def test_padding_is_dark_where_the_smallest_is_white() -> None:
    meaning = a_meaning(PhotometricInterpretation="MONOCHROME1", PixelPaddingValue=0)
    assert meaning.of(np.array([0, 95, 4000], np.uint16))[0].tolist() == [95, 4000, 95]  # 4095 - 4000


@pytest.mark.parametrize(("slope", "is_blank"), [(0.0, True), (1e-60, True), (1e300, False), (None, False)])
def test_a_slope_of_zero_leaves_nothing(slope: float | None, is_blank: bool) -> None:
    assert a_meaning(slope).is_blank == is_blank
