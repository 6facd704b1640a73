"""Signs in the shape, against figures of rectangles and discs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from LVSegULib.quality.shape import filled, narrowness, raggedness, removed, smallness
from LVSegULib.quality.view import View
from Testing.quality.discs import a_view, discs


def a_rectangle(rows: int, columns: int) -> View:
    cavity = np.zeros((1, 1, 40, 40), bool)
    cavity[0, 0, 5 : 5 + rows, 5 : 5 + columns] = True
    return a_view(cavity)


def test_a_small_cavity_has_the_greater_sign() -> None:
    assert smallness(a_rectangle(5, 8)) == pytest.approx(-math.log(40))


def test_a_disc_is_not_narrow_and_a_rectangle_is_as_its_sides() -> None:
    """Variances of a rectangle go with its sides squared, so the ratio of the axes is that of the sides."""
    assert narrowness(a_view(discs([[12]]))) == pytest.approx(0, abs=0.02)
    assert narrowness(a_rectangle(10, 20)) == pytest.approx(0.5)


def test_a_rectangle_fills_less_than_an_ellipse_of_its_spread() -> None:
    """Area a b, variances a^2/12 and b^2/12: 4 pi a b / 12 is 1.047 times the area."""
    assert raggedness(a_rectangle(10, 20)) == pytest.approx(math.log(1.02 - 3 / math.pi))
    assert raggedness(a_view(discs([[12]]))) < raggedness(a_rectangle(10, 20))


def test_a_cavity_that_lies_askew_has_the_same_axes() -> None:
    """A diagonal of 7 pixels: variances of 7^2/12, covariance of (7^2 - 1)/12; the axes go with their sum and rest."""
    diagonal = a_view(np.eye(7, dtype=bool)[None, None])
    assert narrowness(diagonal) == pytest.approx(1 - math.sqrt((49 - 48) / (49 + 48)))
    fullness = 7 / (4 * math.pi * math.sqrt(49**2 - 48**2) / 12)
    assert raggedness(diagonal) == pytest.approx(math.log(1.02 - fullness))
    assert narrowness(a_view(np.eye(7, dtype=bool)[None, None, ::-1])) == pytest.approx(narrowness(diagonal))


def test_two_pieces_are_ragged() -> None:
    """Discs of radius 6, 20 apart: variances of 6^2/4 and 6^2/4 + 10^2, areas of 36 pi."""
    cavity = np.roll(discs([[6]]), -10, axis=3) | np.roll(discs([[6]]), 10, axis=3)
    fullness = 2 * 36 / (4 * math.sqrt(9 * 109))
    assert raggedness(a_view(cavity)) == pytest.approx(math.log(1.02 - fullness), abs=0.05)


def test_what_was_cleaned_away_and_what_was_filled() -> None:
    """The network found 100 pixels, of which 36 went; 16 of the 80 pixels that are left were filled in."""
    cavity, wins = np.zeros((1, 1, 20, 20), bool), np.zeros((1, 1, 20, 20), bool)
    cavity[0, 0, :8, :10] = True
    wins[0, 0, :8, 2:10] = True
    wins[0, 0, 16:20, :9] = True
    view = View(np.ones(wins.shape, np.float32), np.zeros(wins.shape, np.float32), wins, cavity)
    assert removed(view) == pytest.approx(math.sqrt(36 / 100))
    assert filled(view) == pytest.approx(math.sqrt(16 / 80))


def test_an_empty_slice_has_no_shape() -> None:
    view = a_view(discs([[8, 0]]))
    for sign in (smallness, narrowness, raggedness, removed, filled):
        assert np.isfinite(sign(view)).tolist() == [[True, False]]
