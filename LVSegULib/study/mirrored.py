"""Test-time flips: the mean of a network's logits over an image and its mirror images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.base import Engine

FLIPS: tuple[tuple[int, ...], ...] = ((), (-1,), (-2,), (-1, -2))
"""Axes that are turned round: none, left and right, up and down, both."""


class MirroredEngine:
    """Runs another engine on every image and its three mirror images. See `Engine`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name, self.version, self.batch = engine.name, engine.version, engine.batch

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mean logits (N, C, H, W) of `images` (N, 1, H, W), each turned back before."""
        total = np.zeros((), np.float32)
        for axes in FLIPS:
            total = total + np.flip(self._engine.logits(np.ascontiguousarray(np.flip(images, axes))), axes)
        return np.ascontiguousarray(total / np.float32(len(FLIPS)))
