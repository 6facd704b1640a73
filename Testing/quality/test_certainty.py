"""How sure the network is, worked out by hand for discs and squares."""

from __future__ import annotations

import math

import numpy as np
import pytest

from LVSegULib.quality.certainty import blur, doubt, doubt_beside
from LVSegULib.quality.view import FURTHEST
from Testing.quality.discs import a_view, discs

FAR = 60.0
"""Log-odds that leave no doubt, halved or not."""


def test_a_cavity_that_is_certain_lacks_no_dice() -> None:
    cavity = discs([[10]])
    view = a_view(cavity, np.where(cavity, FAR, -FAR).astype(np.float32))
    assert doubt(view) == pytest.approx(math.log(0.02), abs=1e-3)


def test_half_a_chance_everywhere_inside_is_two_thirds_of_dice() -> None:
    """2 x A/2 over A/2 + A."""
    cavity = discs([[10]])
    view = a_view(cavity, np.where(cavity, 0, -FAR).astype(np.float32))
    assert doubt(view) == pytest.approx(math.log(1.02 - 2 / 3), abs=1e-6)


def test_log_odds_are_halved() -> None:
    """Log-odds of 2 ln 3 become ln 3, a chance of 3/4: 2 x 3/4 over 3/4 + 1."""
    cavity = discs([[10]])
    view = a_view(cavity, np.where(cavity, 2 * math.log(3), -FAR).astype(np.float32))
    assert doubt(view) == pytest.approx(math.log(1.02 - 1.5 / 1.75), abs=1e-6)


def test_what_lies_further_away_raises_no_doubt() -> None:
    cavity = discs([[10]])
    odds = np.where(cavity, FAR, -FAR).astype(np.float32)
    odds[0, 0, :, : 32 - 10 - FURTHEST] = FAR
    assert doubt(a_view(cavity, odds)) == pytest.approx(math.log(0.02), abs=1e-3)


def test_an_empty_slice_has_no_doubt_of_its_own() -> None:
    assert np.isnan(doubt(a_view(discs([[10, 0]])))[0, 1])


def test_blur_compares_what_may_be_with_what_is_certain() -> None:
    """A row of 8 certain columns between 4 possible ones on each side: 16 over 8, and a twentieth of the area of 8."""
    cavity = np.zeros((1, 1, 1, 40), bool)
    cavity[..., 16:24] = True
    odds = np.full((1, 1, 1, 40), -9, np.float32)
    odds[..., 12:28], odds[..., 16:24] = -1, 9
    assert blur(a_view(cavity, odds)) == pytest.approx(math.log(16 / 8.4))


def test_certain_is_19_to_1_and_possible_1_to_19() -> None:
    """ln 19 is 2.944: of 8 columns 6 are beyond it, and of those around 4 on each side, though 6 are looked at."""
    cavity = np.zeros((1, 1, 1, 40), bool)
    cavity[..., 16:24] = True
    odds = np.full((1, 1, 1, 40), -9, np.float32)
    odds[..., 10:30], odds[..., 12:28], odds[..., 16:24], odds[..., 16:18] = -3.0, -2.9, 3.0, 2.9
    assert blur(a_view(cavity, odds)) == pytest.approx(math.log(16 / (6 + 0.05 * 8)))


def test_the_greater_doubt_beside_counts() -> None:
    own = np.array([[-3.0, -2.0, -1.0, np.nan, -2.5]])
    view = a_view(discs([[8, 8, 8, 0, 8]]))
    np.testing.assert_array_equal(doubt_beside(view, own), [[-2.0, -1.0, -2.0, np.nan, np.nan]])


def test_at_either_end_the_one_slice_beside_counts() -> None:
    found = doubt_beside(a_view(discs([[8, 8]])), np.array([[-3.0, -2.0]]))
    assert found.tolist() == [[-2.0, -3.0]]
