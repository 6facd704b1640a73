from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.modelfolder.folder import ModelFolder, open_model
from LVSegULib.training.augmentation_config import AugmentationConfig
from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.run import train
from Testing.phantom_hearts import write_data_set

MILD = AugmentationConfig(rotation_degrees=20, scale=1.1, shift_mm=4, noise=0.02, low_resolution=1.2)


@pytest.fixture(scope="session")
def a_data_set_of_phantom_hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data_set(tmp_path_factory.mktemp("data") / "Dataset900_Phantom", patients=6)


@pytest.fixture(scope="session")
def a_trained_model(a_data_set_of_phantom_hearts: Path, tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    """A network of 4, 8 and 12 filters that finds phantom hearts; it kept phantom0 and phantom4 back."""
    folder = tmp_path_factory.mktemp("run") / "run"
    config = TrainingConfig(
        data=(str(a_data_set_of_phantom_hearts),),
        name="phantom",
        filters=(4, 8, 12),
        spacing_mm=2.5,
        size=48,
        crop=48,
        steps=150,
        batch_size=6,
        learning_rate=0.01,
        warmup_steps=5,
        average_steps=10,
        validate_every=150,
        precision="fp32",
        device="cpu",
        threads=1,
        augmentation=MILD,
    )
    train(config, folder)
    return open_model(folder / "last")
