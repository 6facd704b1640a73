"""Colours of signed and of positive numbers, as small pictures need them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.uint8]

NEGATIVE, ZERO, POSITIVE = (33, 102, 172), (247, 247, 247), (178, 24, 43)
"""Blue, white and red of the scheme RdBu, which the colour-blind can tell apart. Brewer, colorbrewer2.org."""

DARK_TO_BRIGHT = ((0, 0, 4), (81, 18, 124), (183, 55, 121), (252, 137, 97), (252, 253, 191))
"""Five stops of the map magma, even in lightness. van der Walt, Smith: bids.github.io/colormap."""


def signed_colours(values: NDArray[np.floating[Any]], scale: float) -> Colours:
    """Colours (…, 3) of numbers from -scale (blue) over 0 (white) to scale (red)."""
    share = np.clip(values / scale if scale > 0 else np.zeros_like(values), -1, 1)
    return _between((NEGATIVE, ZERO, POSITIVE), (share + 1) / 2)


def positive_colours(values: NDArray[np.floating[Any]], scale: float) -> Colours:
    """Colours (…, 3) of numbers from 0 (black) to scale (bright); what is below 0 is black."""
    return _between(DARK_TO_BRIGHT, np.clip(values / scale if scale > 0 else np.zeros_like(values), 0, 1))


def _between(stops: tuple[tuple[int, int, int], ...], shares: NDArray[np.floating[Any]]) -> Colours:
    places = np.linspace(0, 1, len(stops))
    channels = [np.interp(shares, places, [stop[channel] for stop in stops]) for channel in range(3)]
    return np.stack(channels, -1).round().astype(np.uint8)
