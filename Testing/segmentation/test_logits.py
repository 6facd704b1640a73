"""A network that gives no numbers is refused, whoever runs it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.engines.base import open_engine
from LVSegULib.errors import ModelError
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder import folder
from LVSegULib.modelfolder.folder import save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from LVSegULib.segmentation.logits import finite_logits

MODEL = ModelSpec("tiny", UNetConfig.from_levels((2, 4)), (CAVITY,), Grid(1.4, 32, 32))


class OneOf:
    """An engine that gives zeros, and one value that is told."""

    name, version, batch = "one", "1", 2

    def __init__(self, value: float) -> None:
        self._value = value

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        logits = np.zeros_like(images)
        logits[-1, 0, 3, 4] = self._value
        return logits


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_none_is_refused(value: float) -> None:
    images = np.zeros((5, 1, 32, 32), np.float32)
    with pytest.raises(ModelError, match="tiny: what its network gives is not finite: train or copy the model again"):
        finite_logits(OneOf(value), images, MODEL)
    assert finite_logits(OneOf(7), images, MODEL).max() == 7


def test_weights_that_are_none_are_noticed_in_a_graph_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "check_weights", lambda *_: None)
    weights = random_weights(MODEL.network)
    weights["head.weight"][:] = np.nan
    engine = open_engine(save_model(tmp_path / "tiny", MODEL, weights, ""), "onnxruntime", 1)
    with pytest.raises(ModelError, match="is not finite"):
        finite_logits(engine, np.ones((1, 1, 32, 32), np.float32), MODEL)
