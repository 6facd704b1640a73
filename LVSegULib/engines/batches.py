"""Run an engine over any number of slices, as many at a time as it likes best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.base import Engine
from LVSegULib.progress import Report, reporting, silent


def all_logits(
    engine: Engine, images: NDArray[np.float32], channels: int, report: Report = silent
) -> NDArray[np.float32]:
    """Logits (N, channels, H, W) of `images` (N, 1, H, W); `report` is told after every batch.

    Raises:
        EngineError: the engine failed.
    """
    logits = np.empty((len(images), channels, *images.shape[2:]), np.float32)
    for start in reporting(range(0, len(images), engine.batch), report):
        logits[start : start + engine.batch] = engine.logits(images[start : start + engine.batch])
    return logits
