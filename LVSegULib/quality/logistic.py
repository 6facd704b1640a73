"""Logistic regression in which a sign can only speak against a slice, never for it.

With few bad slices to learn from, weights of any direction fit accidents of the data; with weights of at least 0 many
signs may be offered, and most get none. Ridge penalty; the target is not yes or no but how clearly a slice is bad.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.quality.signs import Signs

RIDGE = 3.0
"""Penalty on the squared weights; a tenth or ten times as much changes little."""


@dataclass(frozen=True)
class Logistic:
    """Weights of the signs.

    Attributes:
        means: mean of each sign (F,) where it was calibrated.
        scales: its standard deviation (F,).
        weights: weight of each standardised sign (F,), 0 or more.
        bias: log-odds of a slice whose signs are all average.
    """

    means: NDArray[np.float64]
    scales: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float

    def pulls(self, signs: Signs) -> NDArray[np.float64]:
        """What each of `signs` (F, ...) adds to the log-odds of a bad slice (F, ...); one that is NaN adds nothing."""
        beyond = (-1, *(1,) * (signs.ndim - 1))
        standard = (signs - self.means.reshape(beyond)) / self.scales.reshape(beyond)
        return np.nan_to_num(standard) * self.weights.reshape(beyond)

    def wrong(self, signs: Signs) -> NDArray[np.float64]:
        """Probability that a slice with `signs` (F, ...) is bad (...)."""
        odds = self.bias + self.pulls(signs).sum(axis=0)
        return np.asarray(1 / (1 + np.exp(-odds)), np.float64)


def fit_logistic(signs: Signs, badness: NDArray[np.float64]) -> Logistic:
    """The weights that explain `badness` best.

    Args:
        signs: signs (F, N).
        badness: how surely each slice is bad (N,), 0 to 1.
    """
    from scipy.optimize import minimize

    known = np.isfinite(signs)
    number = np.maximum(known.sum(axis=1), 1)
    means = np.where(known, signs, 0).sum(axis=1) / number
    scales = np.sqrt((np.where(known, signs - means[:, None], 0) ** 2).sum(axis=1) / number)
    scales = np.where(scales > 1e-9, scales, 1.0)
    standard = np.nan_to_num((signs - means[:, None]) / scales[:, None])

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = values[:-1], values[-1]
        odds = weights @ standard + bias
        error = 1 / (1 + np.exp(-odds)) - badness
        value = float(np.sum(np.logaddexp(0, odds) - badness * odds) + RIDGE / 2 * weights @ weights)
        return value, np.append(standard @ error + RIDGE * weights, error.sum())

    bounds = [(0.0, None)] * len(signs) + [(None, None)]
    found = minimize(loss, np.zeros(len(signs) + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    return Logistic(means, scales, found[:-1], float(found[-1]))
