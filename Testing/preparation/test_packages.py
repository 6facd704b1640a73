"""What is missing is said in one line."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from LVSegULib.errors import UsageError
from LVSegULib.preparation.intensity import intensity_scaling
from LVSegULib.preparation.packages import adaptive_equalisation


@pytest.mark.parametrize(
    ("kind", "package", "module"),
    [("clahe", "scikit-image", "skimage.exposure"), ("n4", "SimpleITK", "SimpleITK")],
)
def test_without_a_package_it_says_what_to_install(
    kind: str, package: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=rf'"{kind}" needs {package}: pip install "lvsegu\[study\]"'):
        intensity_scaling(np.zeros((1, 1, 8, 8), np.float32), (1.0, 1.0), kind)


def test_with_it_an_image_is_equalised() -> None:
    pytest.importorskip("skimage")
    image = np.linspace(0, 0.1, 64 * 64, dtype=np.float32).reshape(64, 64)
    assert np.ptp(adaptive_equalisation()(image, kernel_size=[16, 16], clip_limit=0.02)) == pytest.approx(1, abs=0.05)
