"""Quaternions of NIfTI headers, for turns worked out by hand; test_label_map.py compares them with those of ITK."""

from __future__ import annotations

import math

import nibabel.quaternions
import numpy as np
import pytest

from LVSegULib.writing.quaternion import quaternion

HALF = math.sqrt(0.5)


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], (1, 0, 0, 0)),
        ([[0, -1, 0], [1, 0, 0], [0, 0, 1]], (1, 0, 0, HALF)),  # a quarter turn about the third axis
        ([[1, 0, 0], [0, 0, -1], [0, 1, 0]], (1, HALF, 0, 0)),  # about the first
        ([[-1, 0, 0], [0, -1, 0], [0, 0, 1]], (1, 0, 0, 1)),  # half turns
        ([[1, 0, 0], [0, -1, 0], [0, 0, -1]], (1, 1, 0, 0)),
        ([[-1, 0, 0], [0, 1, 0], [0, 0, -1]], (1, 0, 1, 0)),
        ([[1, 0, 0], [0, 1, 0], [0, 0, -1]], (-1, 0, 0, 0)),  # left-handed
    ],
)
def test_turns_that_are_known(axes: list[list[float]], expected: tuple[float, ...]) -> None:
    np.testing.assert_allclose(quaternion(np.array(axes, float)), expected, atol=1e-7)


def test_turns_of_any_kind_as_nibabel_has_them() -> None:
    random = np.random.default_rng(0)
    for _ in range(300):
        axes, _ = np.linalg.qr(random.normal(size=(3, 3)))
        handedness, *found = quaternion(axes)
        assert handedness == np.sign(np.linalg.det(axes))
        expected = nibabel.quaternions.mat2quat(axes * [1, 1, handedness])
        np.testing.assert_allclose(found, expected[1:] * (1 if expected[0] >= 0 else -1), atol=1e-6)
