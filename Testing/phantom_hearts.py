"""A small labelled data set to learn from: bright cavities in dark rings on a textured ground."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from LVSegULib.training.augmentation_config import AugmentationConfig
from LVSegULib.training.config import TrainingConfig

MILD = AugmentationConfig(rotation_degrees=20, scale=1.1, shift_mm=4, noise=0.02, low_resolution=1.2)


def write_data_set(folder: Path, patients: int = 4, size: float = 1.0) -> Path:
    """Write an nnU-Net raw folder of phantom hearts, each at ED and ES; `size` of hearts and pixels."""
    (folder / "imagesTr").mkdir(parents=True)
    (folder / "labelsTr").mkdir()
    random = np.random.default_rng(7)
    for number in range(patients):
        write_a_patient(folder, f"phantom{number}", random, size)
    labels = {"background": 0, "LV": 1}
    description = {"channel_names": {"0": "cine MRI"}, "labels": labels, "file_ending": ".nii.gz"}
    (folder / "dataset.json").write_text(json.dumps({**description, "numTraining": 2 * patients}), encoding="utf-8")
    return folder


def a_small_run(data: Path) -> TrainingConfig:
    """A network of 4, 8 and 12 filters that learns phantom hearts in seconds."""
    return TrainingConfig(
        data=(str(data),),
        name="phantom",
        filters=(4, 8, 12),
        spacing_mm=2.5,
        size=48,
        crop=48,
        steps=60,
        batch_size=6,
        learning_rate=0.01,
        warmup_steps=5,
        average_steps=10,
        validate_every=20,
        precision="fp32",
        device="cpu",
        threads=1,
        augmentation=MILD,
    )


def write_a_patient(folder: Path, name: str, random: np.random.Generator, size: float = 1.0) -> None:
    for phase, radius_mm in (("ED", 26.0), ("ES", 17.0)):
        image, label = a_stack(radius_mm * random.uniform(0.9, 1.1), random)
        for array, file in (
            (image, f"imagesTr/{name}_{phase}_0000.nii.gz"),
            (label, f"labelsTr/{name}_{phase}.nii.gz"),
        ):
            volume = sitk.GetImageFromArray(array)
            volume.SetSpacing((2.0 * size, 2.0 * size, 10.0 * size))
            sitk.WriteImage(volume, str(folder / file))


def a_stack(radius_mm: float, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[:80, :80]
    image = random.normal(60, 8, (3, 80, 80))
    label = np.zeros((3, 80, 80), np.uint8)
    for index in range(3):
        row, column = 40 + random.uniform(-4, 4, 2)
        distance_mm = 2.0 * np.hypot(rows - row, columns - column)
        image[index][distance_mm < radius_mm + 9] = 20
        image[index][distance_mm < radius_mm] = 180
        label[index] = distance_mm < radius_mm
    return image.astype(np.int16), label
