"""What is missing is said in one line."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from LVSegULib.errors import UsageError
from LVSegULib.preparation.intensity import intensity_scaling
from LVSegULib.preparation.packages import adaptive_equalisation


def test_without_scikit_image_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "skimage.exposure", None)
    with pytest.raises(UsageError, match=r'"clahe" needs scikit-image: pip install "lvsegu\[study\]"'):
        intensity_scaling(np.zeros((1, 1, 8, 8), np.float32), (1.0, 1.0), "clahe")


def test_with_it_an_image_is_equalised() -> None:
    pytest.importorskip("skimage")
    image = np.linspace(0, 0.1, 64 * 64, dtype=np.float32).reshape(64, 64)
    assert np.ptp(adaptive_equalisation()(image, kernel_size=[16, 16], clip_limit=0.02)) == pytest.approx(1, abs=0.05)
