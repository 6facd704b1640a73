"""How far results are from each other, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from LVSegULib.measures.divergence import Divergence, probabilities


def test_divergence_of_known_probabilities() -> None:
    wanted = np.array([[[[0.75, 0.25]]]])
    found = np.array([[[[0.0, 0.0]]]])  # logits: a probability of one half each
    one = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    assert Divergence(wanted).of(found) == pytest.approx(2 * one / 1.0, rel=1e-6)


def test_divergence_of_two_labels_is_that_of_three_outcomes() -> None:
    wanted = np.array([0.5, 0.3]).reshape(1, 2, 1, 1)  # and 0.2 of background
    found = np.log(np.array([3.0, 2.0])).reshape(1, 2, 1, 1)  # 3 : 2 : 1
    expected = 0.5 * math.log(0.5 * 6 / 3) + 0.3 * math.log(0.3 * 6 / 2) + 0.2 * math.log(0.2 * 6 / 1)
    assert Divergence(wanted).of(found) == pytest.approx(expected)  # 0.8 pixels of heart count as one


def test_divergence_is_per_pixel_of_heart() -> None:
    wanted = np.full((1, 1, 1, 4), 0.75)  # three pixels of heart
    one = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    assert Divergence(wanted).of(np.zeros((1, 1, 1, 4))) == pytest.approx(4 * one / 3)


def test_probabilities_that_round_to_a_little_more_than_one_leave_no_background() -> None:
    wanted = np.array([0.5, 0.5 + 1e-9]).reshape(1, 2, 1, 1)
    found = np.zeros((1, 2, 1, 1))  # a third each
    assert Divergence(wanted).of(found) == pytest.approx(math.log(0.5 * 3), rel=1e-6)


def test_divergence_from_itself_is_zero_even_where_the_network_is_certain() -> None:
    certain = np.array([[[[60.0, -60.0, 0.3]]]])
    assert Divergence(probabilities(certain)).of(certain) == pytest.approx(0.0, abs=1e-12)


def test_probabilities_of_one_label_are_the_sigmoid() -> None:
    logits = np.array([-2.0, 0.0, 3.0]).reshape(3, 1, 1, 1)  # of three images
    np.testing.assert_allclose(probabilities(logits), 1 / (1 + np.exp(-logits)))
