"""Signs in what the network says itself: how sure it is of the cavity, and of where its border runs.

The expected Dice of a mask under the network's probabilities, 2 sum(p m) / (sum(p) + sum(m)), is what Dice comes to if
they are right. They are not: a network is surer of itself than it ought to be, so its log-odds are halved first
(temperature scaling: Guo et al., On Calibration of Modern Neural Networks, ICML 2017).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from LVSegULib.quality.pixels import PerSlice, beside, counts, sums, where
from LVSegULib.quality.view import FURTHEST, View

TEMPERATURE = 2.0

BARELY, SURELY = -2.94, 2.94
"""Log-odds of the probabilities 0.05 and 0.95."""


def probability(view: View) -> NDArray[np.float32]:
    """Probability of the cavity (T, K, rows, columns), with the log-odds divided by `TEMPERATURE`."""
    chances: NDArray[np.float32] = 1 / (1 + np.exp(-view.odds / np.float32(TEMPERATURE)))
    return chances


def doubt(view: View) -> PerSlice:
    """Logarithm of how much expected Dice is missing, from -3.9 (certain) to 0.02 (nothing of it is certain)."""
    chances = probability(view)
    overlap, likely = sums(chances, view.cavity), sums(chances, view.growths[FURTHEST])
    return where(view.found, np.log(1.02 - 2 * overlap / np.maximum(likely + view.area, 1)))


def blur(view: View) -> PerSlice:
    """Logarithm of the area that may be cavity over the area that is so for certain."""
    near = view.growths[FURTHEST]
    outer, inner = counts((view.odds > BARELY) & near), counts((view.odds > SURELY) & near)
    ratio = np.maximum(outer, 1) / (inner + 0.05 * np.maximum(view.area, 1))
    return where(view.found, np.log(ratio))


def doubt_beside(view: View, own: PerSlice) -> PerSlice:
    """The greater doubt of the slices beside, of those that have a cavity; `own` is each slice's doubt."""
    of_found = np.where(view.found, own, -np.inf)
    greater = np.maximum(beside(of_found, 1, -np.inf), beside(of_found, -1, -np.inf))
    return where(view.found & np.isfinite(greater), greater)
