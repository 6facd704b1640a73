"""Colours of activation maps and kernels, the same in the slice views and in the panel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLEAR_BELOW = 0.05
"""Share of the brightest activation below which nothing is laid over the images.

The slice views know clear and not clear only: a colour with some opacity covers as much as one with all of it.
"""

_MAP_STOPS = (
    (0.0, (10, 0, 40)),
    (0.05, (70, 10, 120)),
    (0.35, (160, 30, 130)),
    (0.6, (235, 85, 60)),
    (0.85, (252, 180, 50)),
    (1.0, (255, 250, 190)),
)
_KERNEL_STOPS = ((0.0, (40, 100, 220)), (0.5, (245, 245, 245)), (1.0, (210, 50, 40)))
_STEPS = np.linspace(0, 1, 256)


def _table(stops: tuple[tuple[float, tuple[int, ...]], ...]) -> NDArray[np.uint8]:
    places, colours = zip(*stops, strict=True)
    channels = [np.interp(_STEPS, places, channel) for channel in zip(*colours, strict=True)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


MAP_COLOURS = np.column_stack([_table(_MAP_STOPS), np.where(_STEPS < CLEAR_BELOW, 0, 255).astype(np.uint8)])
"""Red, green, blue and opacity (256, 4) from no activation to the brightest."""

KERNEL_COLOURS = _table(_KERNEL_STOPS)
"""Red, green and blue (256, 3) of weights: blue is negative, white 0, red positive."""
