"""Weights from slices: what is bad is told from what is good, and accidents do not count."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.quality.logistic import Logistic, fit_logistic


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(11)


def test_weights_of_many_slices_are_those_they_were_drawn_with(random: np.random.Generator) -> None:
    """Signs of mean 3 and deviation 2; log-odds of -1 + 1.5 times the first one, standardised."""
    signs = random.normal(3, 2, (2, 20000))
    odds = -1 + 1.5 * (signs[0] - 3) / 2
    bad = (random.random(20000) < 1 / (1 + np.exp(-odds))).astype(float)
    fitted = fit_logistic(signs, bad)
    assert fitted.means == pytest.approx([3, 3], abs=0.05)
    assert fitted.scales == pytest.approx([2, 2], abs=0.05)
    assert fitted.weights == pytest.approx([1.5, 0], abs=0.1)
    assert fitted.bias == pytest.approx(-1, abs=0.1)


def test_a_sign_that_speaks_for_a_slice_gets_no_weight(random: np.random.Generator) -> None:
    bad = random.random(300) < 0.3
    signs = np.stack([bad + random.normal(0, 1, 300), -2.0 * bad + random.normal(0, 1, 300)])
    fitted = fit_logistic(signs, bad.astype(float))
    assert fitted.weights[0] > 0.3
    assert fitted.weights[1] == 0


def test_a_sign_that_cannot_be_told_says_nothing() -> None:
    logistic = Logistic(np.array([1.0, 5.0]), np.array([2.0, 1.0]), np.array([1.0, 3.0]), -0.5)
    assert logistic.wrong(np.array([3.0, np.nan])) == pytest.approx(1 / (1 + np.exp(-0.5)))
    assert logistic.pulls(np.array([3.0, np.nan])).tolist() == [1.0, 0.0]


def test_signs_that_are_the_same_everywhere_or_unknown_get_no_weight(random: np.random.Generator) -> None:
    bad = (random.random(100) < 0.5).astype(float)
    signs = np.stack([np.full(100, 7.0), np.full(100, np.nan), bad])
    fitted = fit_logistic(signs, bad)
    assert fitted.weights[:2].tolist() == [0, 0]
    assert np.isfinite(fitted.means).all()


def test_half_a_badness_is_half_a_chance() -> None:
    fitted = fit_logistic(np.zeros((1, 40)), np.full(40, 0.5))
    assert fitted.wrong(np.zeros((1, 3))) == pytest.approx([0.5] * 3)


def test_what_all_signs_add_counts_together() -> None:
    """The bias of -0.5, 1 (3 - 1) / 2 and 3 (5.5 - 5) / 1."""
    logistic = Logistic(np.array([1.0, 5.0]), np.array([2.0, 1.0]), np.array([1.0, 3.0]), -0.5)
    assert logistic.wrong(np.array([3.0, 5.5])) == pytest.approx(1 / (1 + np.exp(-(-0.5 + 1 + 1.5))))
    assert logistic.wrong(np.array([[3.0, 1.0], [5.5, 5.0]])) == pytest.approx(1 / (1 + np.exp([-2, 0.5])))


def test_slices_of_which_a_sign_is_unknown_do_not_move_its_mean() -> None:
    fitted = fit_logistic(np.array([[4.0, np.nan, 8.0, np.nan, np.nan]]), np.array([0.1, 0.9, 0.8, 0.2, 0.3]))
    assert (fitted.means.tolist(), fitted.scales.tolist()) == ([6], [2])
    fitted = fit_logistic(np.array([[np.nan, 5.0]]), np.array([0.1, 0.9]))
    assert (fitted.means.tolist(), fitted.scales.tolist()) == ([5], [1])  # one alone has no scale


def test_weights_are_pulled_back_by_three_times_themselves(random: np.random.Generator) -> None:
    """Where the penalty of 3 / 2 times the squared weights and the likelihood balance, their slopes are the same."""
    badness = random.random(12)
    signs = np.stack([3 * badness + random.normal(size=12), badness + random.normal(size=12)])
    fitted = fit_logistic(signs, badness)
    assert (fitted.weights > 0).all()
    error = fitted.wrong(signs) - badness
    standard = (signs - signs.mean(axis=1, keepdims=True)) / signs.std(axis=1, keepdims=True)
    assert standard @ error == pytest.approx(-3 * fitted.weights, abs=1e-3)
    assert error.sum() == pytest.approx(0, abs=1e-3)
