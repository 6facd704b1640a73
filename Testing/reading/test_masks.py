"""Masks and label maps of many kinds are told from images, and images of all kinds are not taken for masks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.reading.masks import refuse_mask

RANDOM = np.random.default_rng(3)
PATH = Path("a.nii")


def a_label_map() -> NDArray[np.uint8]:
    """Discs of the values 1 to 4, one around another, in 6 slices of 60 x 60 pixels."""
    rows, columns = np.mgrid[:60, :60]
    rings = (12 - np.hypot(rows - 30, columns - 30)) // 3 + 1
    return np.tile(rings.clip(0, 4).astype("u1"), (1, 6, 1, 1))


def halfway(values: NDArray[Any]) -> NDArray[np.float32]:
    """Resampled linearly along the rows, to pixels that are half as wide."""
    wide = np.repeat(values.astype("f4"), 2, axis=-1)
    wide[..., 1:-1:2] = (wide[..., 1:-1:2] + wide[..., 2::2]) / 2
    return wide


def is_refused(pixels: NDArray[Any]) -> bool:
    try:
        refuse_mask(pixels, PATH)
    except InputError:
        return True
    return False


@pytest.mark.parametrize("step", [1, 15, 60])
@pytest.mark.parametrize("kind", ["u1", "f8"])
def test_label_maps_of_five_values_in_any_numbers(step: int, kind: str) -> None:
    values = a_label_map().astype(kind) * step
    with pytest.raises(
        InputError, match=f"only the values 0, {step}, {2 * step}, {3 * step}, {4 * step}: it is a mask"
    ):
        refuse_mask(values, PATH)


def test_sixteen_values_are_a_label_map_and_seventeen_an_image() -> None:
    values = np.zeros((1, 1, 40, 64), int)
    values[..., :17, :] = np.arange(17 * 64).reshape(17, 64) % 17
    assert is_refused(values.clip(max=15))
    assert not is_refused(values)


def test_an_image_of_few_values_whose_pixels_are_not_mostly_zero() -> None:
    values = np.array([10, 11, 12, 198, 199])[np.arange(640) % 5].reshape(1, 1, 10, 64)
    assert not is_refused(values)
    assert is_refused(values.clip(min=12, max=198))
    assert is_refused(values.clip(max=198))  # four values


@pytest.mark.parametrize("step", [1, 15])
def test_a_label_map_that_was_resampled_linearly(step: int) -> None:
    resampled = halfway(a_label_map() * step)
    assert (resampled % 1).any()
    with pytest.raises(InputError, match="holds few whole numbers and some fractions between them: it is a mask or"):
        refuse_mask(resampled * np.float32(1.000001), PATH)  # resampling rounds


def an_image(kind: str) -> NDArray[np.float32]:
    """Fractions, and a ground of zeros around a heart, as defacing and masking leave it."""
    heart = a_label_map() > 0
    grey: dict[str, NDArray[Any]] = {
        "any numbers": RANDOM.gamma(2, 100, heart.shape),
        "from 0 to 1": RANDOM.random(heart.shape),
        "eight bits from 0 to 1": RANDOM.integers(0, 256, heart.shape) / 255,
        "tiny": RANDOM.integers(0, 256, heart.shape) / 1e6,
        "mostly tiny": RANDOM.integers(0, 256, heart.shape) / 2e5,  # 78 % lie below a thousandth
        "mostly whole": RANDOM.integers(1, 900, heart.shape) + (RANDOM.random(heart.shape) < 0.1) / 2,
        "the mean of two": RANDOM.integers(0, 400, heart.shape) / 2,
        "clipped": RANDOM.gamma(2, 0.5, heart.shape).clip(max=1),  # 41 % are
        "standardised": RANDOM.normal(0, 1, heart.shape),
    }
    return np.where(heart, grey[kind], 0).astype("f4")


@pytest.mark.parametrize(
    "kind",
    [
        *("any numbers", "from 0 to 1", "eight bits from 0 to 1", "tiny", "mostly tiny", "mostly whole"),
        *("the mean of two", "clipped", "standardised"),
    ],
)
def test_masked_images_are_images(kind: str) -> None:
    pixels = an_image(kind)
    assert 2 * np.count_nonzero(pixels == 0) > pixels.size
    assert not is_refused(pixels)
    assert not is_refused(np.tile(pixels, (20, 1, 2, 2)))


def test_a_masked_image_of_whole_numbers_is_an_image() -> None:
    heart = a_label_map() > 0
    for kind in ("i2", "f4"):
        assert not is_refused(np.where(heart, RANDOM.integers(0, 900, heart.shape), 0).astype(kind))


def test_what_is_constant_or_not_finite_is_left_to_others() -> None:
    for value in (0.0, 1.5, np.nan, np.inf):
        refuse_mask(np.full((1, 2, 8, 8), value, np.float32), PATH)
