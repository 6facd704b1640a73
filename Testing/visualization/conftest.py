"""Fixtures of the tests of filter views."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.visualization.inspector import Inspector, open_inspector
from Testing.visualization import networks
from Testing.visualization.chromium import a_browser

__all__ = ["a_browser"]


@pytest.fixture
def a_model_with_an_edge_filter(tmp_path: Path) -> ModelFolder:
    return networks.a_model(tmp_path / "edge", networks.with_an_edge_filter())


@pytest.fixture(params=["onnxruntime", "torch"])
def an_inspector(request: pytest.FixtureRequest, a_model_with_an_edge_filter: ModelFolder) -> Inspector:
    return open_inspector(a_model_with_an_edge_filter, request.param, 1)
