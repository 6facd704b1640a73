"""How far the result of one network is from that of another: the score of a filter, in views and in pruning alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy


def probabilities(logits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Probability of each label (N, C, H, W); the background has logit 0."""
    exponents = np.asarray(logits, np.float64)
    chances: NDArray[np.float64] = np.exp(exponents - _log_sum(exponents)[:, None])
    return chances


class Divergence:
    """Kullback-Leibler divergence of results from wanted ones, per pixel that these have of heart."""

    def __init__(self, wanted: NDArray[np.floating[Any]]) -> None:
        """Remember the `wanted` probability of each label (N, C, H, W)."""
        self._wanted = np.asarray(wanted, np.float64)
        rest = (1 - self._wanted.sum(1)).clip(min=0)
        self._own = float(xlogy(self._wanted, self._wanted).sum() + xlogy(rest, rest).sum())
        self._heart = max(1.0, float(self._wanted.sum()))

    def of(self, logits: NDArray[np.floating[Any]]) -> float:
        """The divergence of `logits` of the same labels (N, C, H, W)."""
        found = np.asarray(logits, np.float64)
        cross = float(_log_sum(found).sum()) - float(np.vdot(self._wanted, found))
        return (self._own + cross) / self._heart


def _log_sum(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of the sum of the exponentials of all labels and the background (N, H, W)."""
    total = np.zeros_like(logits[:, 0])
    for channel in range(logits.shape[1]):
        # what numpy.logaddexp gives, in a third of its time
        other = logits[:, channel]
        total = np.maximum(total, other) + np.log1p(np.exp(-np.abs(total - other)))
    return total
