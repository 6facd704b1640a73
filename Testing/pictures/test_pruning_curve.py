"""The curve of a search rings the chosen network, however far the last rounds fall."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from LVSegULib.pictures.plot import BLUE
from LVSegULib.pictures.pruning_curve import draw_pruning_curve
from LVSegULib.pruning.log import Row

TOLERANCE = 0.001


def drawn(path: Path, last: float) -> NDArray[np.bool_]:
    """Where the curve of parameters is drawn; rounds take a tenth of the network each, and the third is chosen."""
    dice = (0.9, 0.9001, 0.9, 0.897, last)
    rows = [Row(n, 1000 - 100 * n, 2000 - 150 * n, 0.0, one, 0.0) for n, one in enumerate(dice)]
    draw_pruning_curve(path, rows, rows[2], TOLERANCE)
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    return np.asarray((pixels == [int(BLUE[at : at + 2], 16) for at in (1, 3, 5)]).all(axis=-1))


@pytest.mark.parametrize("last", [0.0, 0.5])
def test_a_round_that_falls_far_does_not_squeeze_the_others(last: float, tmp_path: Path) -> None:
    far, near = drawn(tmp_path / "far.png", last), drawn(tmp_path / "near.png", 0.89)
    assert far.shape == near.shape
    left = slice(0, far.shape[1] // 4)  # before the fall
    assert np.count_nonzero(far[:, left] != near[:, left]) < 0.02 * far[:, left].size
