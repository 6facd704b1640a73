from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from LVSegULib.modelfolder.folder import ModelFolder, open_model
from LVSegULib.training.run import train
from Testing import phantom_hearts


@pytest.fixture(scope="session")
def a_data_set_of_phantom_hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return phantom_hearts.write_data_set(tmp_path_factory.mktemp("data") / "Dataset900_Phantom", patients=6)


@pytest.fixture(scope="session")
def a_trained_model(a_data_set_of_phantom_hearts: Path, tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    """A network of 4, 8 and 12 filters that finds phantom hearts; it kept phantom0 and phantom4 back."""
    folder = tmp_path_factory.mktemp("run") / "run"
    config = dataclasses.replace(
        phantom_hearts.a_small_run(a_data_set_of_phantom_hearts), steps=150, validate_every=150
    )
    train(config, folder)
    return open_model(folder / "last")
