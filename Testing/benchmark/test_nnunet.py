"""nnU-Net's own network, from its own package."""

from __future__ import annotations

import numpy as np
import pytest

from LVSegULib.benchmark import nnunet
from LVSegULib.benchmark.nnunet import CLASSES, SIDE, is_there, nnunet_graph, nnunet_network
from LVSegULib.benchmark.ways import open_graph


@pytest.mark.slow
@pytest.mark.skipif(not is_there(), reason="dynamic-network-architectures is not installed")
def test_it_has_its_size_and_runs() -> None:
    assert sum(parameter.numel() for parameter in nnunet_network().parameters()) == 33_471_820
    image = np.zeros((1, 1, SIDE, SIDE), np.float32)
    assert open_graph(nnunet_graph(), "onnxruntime", 1)(image).shape == (1, CLASSES, SIDE, SIDE)


def test_without_its_package_it_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nnunet, "PACKAGE", "a_package_that_is_not_there")
    assert not is_there()
