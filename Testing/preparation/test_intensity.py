"""Intensities are scaled by robust percentiles of the image's middle."""

from __future__ import annotations

import numpy as np

from LVSegULib.preparation.intensity import central_region, scale_intensities


def test_the_middle_160_mm_set_the_scale() -> None:
    assert central_region(np.zeros((200, 100), np.float32), (1.6, 1.6)).shape == (100, 100)


def test_percentiles_of_a_ramp_become_0_and_1() -> None:
    ramp = np.linspace(0, 1000, 10_001, dtype=np.float32).reshape(73, 137)
    scaled = scale_intensities(ramp, (1.0, 1.0))
    # 0.5 % of 0..1000 is 5 and 99.5 % is 995, so that 500 is in the middle
    assert np.allclose(scaled, np.clip((ramp - 5) / 990, 0, 1), atol=1e-3)


def test_a_scanner_with_other_units_gives_the_same_numbers() -> None:
    image = np.random.default_rng(1).gamma(2.0, 100.0, (2, 3, 64, 64)).astype(np.float32)
    assert np.allclose(scale_intensities(image, (1, 1)), scale_intensities(3.7 * image + 500, (1, 1)), atol=1e-4)


def test_a_few_hot_pixels_change_nothing_much() -> None:
    image = np.random.default_rng(1).gamma(2.0, 100.0, (64, 64)).astype(np.float32)
    spoiled = image.copy()
    spoiled[10, 10:15] = 1e6
    difference = np.abs(scale_intensities(image, (1, 1)) - scale_intensities(spoiled, (1, 1)))
    assert np.median(difference) < 0.02


def test_a_constant_middle_gives_zeros() -> None:
    assert not scale_intensities(np.full((32, 32), 7, np.float32), (1.0, 1.0)).any()
