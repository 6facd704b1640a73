from __future__ import annotations

from pathlib import Path

import pytest

from Testing.bright_pixels import save_bright_pixel_model, write_phantom
from Testing.three_labels import save_three_label_model


@pytest.fixture(scope="session")
def a_model_that_finds_bright_pixels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_bright_pixel_model(tmp_path_factory.mktemp("models") / "bright").path


@pytest.fixture(scope="session")
def a_research_only_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cavity, myocardium and right ventricle, under CC BY-NC-SA 4.0."""
    return save_three_label_model(tmp_path_factory.mktemp("models") / "cardiac").path


@pytest.fixture
def a_beating_phantom(tmp_path: Path) -> Path:
    return write_phantom(tmp_path / "in" / "phantom.nii.gz")
