"""Test-time flips: a network that sees the same in the mirror is not changed, another is averaged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from LVSegULib.study.mirrored import MirroredEngine


class Shift:
    """Takes every pixel from its left neighbour, which in the mirror is the right one."""

    name, version, batch = "shift", "1", 8

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.roll(images, 1, axis=-1)


class Twice(Shift):
    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        return 2 * images


def test_what_looks_the_same_in_the_mirror_is_not_changed() -> None:
    images = np.random.default_rng(1).random((3, 1, 6, 8), np.float32)
    np.testing.assert_allclose(MirroredEngine(Twice()).logits(images), 2 * images)


def test_other_results_are_averaged_over_the_mirror_images() -> None:
    images = np.zeros((1, 1, 4, 5), np.float32)
    images[0, 0, 1, 2] = 1
    expected = np.zeros_like(images)
    expected[0, 0, 1, [1, 3]] = 0.5
    np.testing.assert_allclose(MirroredEngine(Shift()).logits(images), expected)
