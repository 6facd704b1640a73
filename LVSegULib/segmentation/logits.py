"""What a network makes of slices, and whether it is made of numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.base import Engine
from LVSegULib.engines.batches import all_logits
from LVSegULib.errors import ModelError
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.progress import Report, silent


def finite_logits(
    engine: Engine, images: NDArray[np.float32], model: ModelSpec, report: Report = silent
) -> NDArray[np.float32]:
    """Logits (N, C, H, W) of `images` (N, 1, H, W) by the `model` that `engine` runs; see `all_logits`.

    Raises:
        EngineError: the engine failed.
        ModelError: some are NaN or infinite, as damaged weights give them.
    """
    logits = all_logits(engine, images, len(model.labels), report)
    if not np.isfinite(logits).all():
        raise ModelError(f"{model.name}: what its network gives is not finite: train or copy the model again")
    return logits
