from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage

from LVSegULib.benchmark.classic import random_weights
from LVSegULib.labels import CAVITY, MYOCARDIUM
from LVSegULib.modelfolder.folder import ModelFolder, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.grid import Grid
from LVSegULib.training.config import TrainingConfig
from Testing import phantom_hearts
from Testing.phantom_hearts import write_a_patient, write_data_set
from Testing.pruning.networks import UNEVEN


def label_the_rings(folder: Path, value: int) -> None:
    """Label the dark rings of 9 mm in every label map of `folder` as `value`; cavities keep theirs."""
    for path in (folder / "labelsTr").iterdir():
        image = sitk.ReadImage(path)
        cavity = sitk.GetArrayFromImage(image)
        away_mm = np.stack([ndimage.distance_transform_edt(one == 0, (2.0, 2.0)) for one in cavity])
        drawn = sitk.GetImageFromArray(np.where((away_mm > 0) & (away_mm <= 9), value, cavity).astype(np.uint8))
        drawn.CopyInformation(image)
        sitk.WriteImage(drawn, path)


@pytest.fixture(scope="session")
def a_data_set_of_phantom_hearts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data_set(tmp_path_factory.mktemp("data") / "Dataset900_Phantom")


@pytest.fixture(scope="session")
def a_data_set_with_myocardium(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two other phantom hearts, wall0 and wall1, whose dark rings of 9 mm are labelled too, as 2."""
    folder = tmp_path_factory.mktemp("data") / "Dataset901_Walls"
    (folder / "imagesTr").mkdir(parents=True)
    (folder / "labelsTr").mkdir()
    for number in range(2):
        write_a_patient(folder, f"wall{number}", np.random.default_rng(number))
    label_the_rings(folder, 2)
    labels = {"background": 0, "LV": 1, "MYO": 2}
    description = {"channel_names": {"0": "cine MRI"}, "labels": labels, "file_ending": ".nii.gz", "numTraining": 4}
    (folder / "dataset.json").write_text(json.dumps(description), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def a_data_set_with_wide_contours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three other phantom hearts, wide0 to wide2, whose cavity is drawn around their dark rings too."""
    folder = write_data_set(tmp_path_factory.mktemp("data") / "Dataset902_Wide", 0)
    random = np.random.default_rng(11)
    for number in range(3):
        write_a_patient(folder, f"wide{number}", random)
    label_the_rings(folder, 1)
    return folder


@pytest.fixture(scope="session")
def a_pruned_model(tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    """A network of odd filter counts for two labels, from a version of LVSegU that knew how to wobble."""
    config = {
        "data": ["Dataset1"],
        "weights": [2.0],
        "name": "odd",
        "filters": [8, 16, 32],
        "loss": "dice",
        "steps": 9000,
        "batch_size": 3,
        "learning_rate": 0.02,
        "weight_decay": 0.5,
        "wobble": 2.0,
        "fold": 2,
        "patients": 7,
        "split": "split.json",
        "seed": 5,
        "precision": "bf16",
        "threads": 4,
        "compile": True,
        "cache": "cache",
        "augmentation": {"noise": 0.03, "flip": True, "wobble": 1.0},
    }
    started_from = {"name": "older", "sha256": {}, "trained_on": ["first"]}
    split = {"train": ["before0", "before1"], "validation": ["kept"]}
    spec = ModelSpec(
        name="odd",
        network=UNEVEN,
        labels=(CAVITY, MYOCARDIUM),
        grid=Grid(2.5, 48, 48, "z-score"),
        training={"config": config, "split": split, "started_from": started_from},
    )
    return save_model(tmp_path_factory.mktemp("models") / "odd", spec, random_weights(UNEVEN, 3), "a card")


@pytest.fixture
def a_small_run(a_data_set_of_phantom_hearts: Path) -> TrainingConfig:
    """A run of some seconds that learns to find phantom hearts."""
    return phantom_hearts.a_small_run(a_data_set_of_phantom_hearts)
