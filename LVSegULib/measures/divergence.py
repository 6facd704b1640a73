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


def divergence(wanted: NDArray[np.floating[Any]], logits: NDArray[np.floating[Any]]) -> float:
    """Kullback-Leibler divergence of `logits` from the probabilities `wanted`, per pixel that `wanted` has of heart.

    Args:
        wanted: probability of each label (N, C, H, W).
        logits: of the same labels (N, C, H, W).
    """
    chances, found = np.asarray(wanted, np.float64), np.asarray(logits, np.float64)
    rest = 1 - chances.sum(1)
    own = xlogy(chances, chances).sum() + xlogy(rest.clip(min=0), rest.clip(min=0)).sum()
    cross = _log_sum(found).sum() - (chances * found).sum()
    return float(own + cross) / max(1.0, float(chances.sum()))


def _log_sum(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm of the sum of the exponentials of all labels and the background (N, H, W)."""
    total = np.logaddexp(0.0, logits[:, 0])
    for channel in range(1, logits.shape[1]):
        total = np.logaddexp(total, logits[:, channel])
    return total
