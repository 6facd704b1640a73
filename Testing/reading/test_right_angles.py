"""Straightening of axes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import polar

from LVSegULib.errors import GeometryError
from LVSegULib.reading.right_angles import lean, refuse_leaning, straightened

LEANING = np.array([[1.4, 0.0, 0.004], [0.0, 1.4, 0.0], [0.0, 0.0, 8.0]])


def test_lean_is_the_cosine_between_two_axes() -> None:
    assert lean(LEANING) == pytest.approx(0.004 / np.hypot(8, 0.004))
    assert lean(LEANING * [[1, 1, -1], [1, 1, 1], [1, 1, 1]]) == lean(LEANING), "to the other side"
    assert lean(np.array([[1, 0.6, 0], [0, 0.8, 0], [0, 0, 5]])) == pytest.approx(0.6)
    assert np.isnan(lean(np.diag([1.0, 1.0, 0.0])))


def test_straight_axes_are_those_of_the_polar_decomposition() -> None:
    turn = np.array([[0.6, 0.0, 0.8], [0.8, 0.0, -0.6], [0.0, 1.0, 0.0]])
    for leaning in (LEANING, turn @ LEANING):
        lengths = np.linalg.norm(leaning, axis=0)
        rotation, _ = polar(leaning / lengths)
        np.testing.assert_allclose(straightened(leaning), rotation * lengths, atol=1e-12)


def test_a_left_handed_matrix_stays_left_handed() -> None:
    assert np.linalg.det(straightened(LEANING * [1, 1, -1])) < 0


def test_too_much_and_unknown_lean_are_refused() -> None:
    refuse_leaning(1e-3, Path("a"))
    with pytest.raises(GeometryError, match="not at right angles"):
        refuse_leaning(1.01e-3, Path("a"))
    with pytest.raises(GeometryError, match="directions of its axes are impossible"):
        refuse_leaning(np.nan, Path("a"))
