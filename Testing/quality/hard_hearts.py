"""A labelled data set in which some slices are hard: half of their cavity is so grey that a simple network is unsure.

The network of `Testing.bright_pixels` takes what is brighter than the middle of the intensities. In a hard slice the
right half of the square lies a little below that, so it is missed, and the network's probability there is not small.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from LVSegULib.modelfolder.folder import ModelFolder, save_model
from Testing.bright_pixels import PIXEL_MM, SIZE, SLICE_MM, save_bright_pixel_model

PATIENTS, SLICES = 6, 5
HARD = 3
"""The slice that is hard in every second patient."""

BRIGHT, GREY, DARK = 200, 103, 12


def write_hard_hearts(folder: Path, *, is_hard: bool = True, patients: int = PATIENTS) -> Path:
    """Write an nnU-Net raw folder of squares that taper, one stack for each patient."""
    (folder / "imagesTr").mkdir(parents=True)
    (folder / "labelsTr").mkdir()
    random = np.random.default_rng(5)
    for number in range(patients):
        image, label = _a_stack(random, has_hard_slice=is_hard and number % 2 == 0)
        for array, name in ((image, f"imagesTr/p{number}_ED_0000.nii.gz"), (label, f"labelsTr/p{number}_ED.nii.gz")):
            volume = sitk.GetImageFromArray(array)
            volume.SetSpacing((PIXEL_MM, PIXEL_MM, SLICE_MM))
            volume.SetDirection((1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
            sitk.WriteImage(volume, str(folder / name))
    description = {"channel_names": {"0": "cine MRI"}, "labels": {"background": 0, "LV": 1}, "file_ending": ".nii.gz"}
    (folder / "dataset.json").write_text(json.dumps({**description, "numTraining": patients}), encoding="utf-8")
    return folder


def save_fold(path: Path, train: list[str], kept: list[str]) -> ModelFolder:
    """The network that finds bright pixels, as if it had been trained on some patients and had kept others back."""
    model = save_bright_pixel_model(path)
    training = {"split": {"train": train, "validation": kept}}
    return save_model(path, dataclasses.replace(model.spec, training=training), model.weights(), "# bright\n")


def _a_stack(random: np.random.Generator, *, has_hard_slice: bool) -> tuple[np.ndarray, np.ndarray]:
    image = np.full((SLICES, SIZE, SIZE), DARK, np.int16)
    image += random.integers(-2, 3, image.shape, np.int16)
    label = np.zeros(image.shape, np.uint8)
    for k, side in enumerate((20, 20, 18, 16, 12)):
        square = np.s_[k, 20 : 20 + side, 24 : 24 + side]
        label[square] = 1
        image[square] = BRIGHT + random.integers(-2, 3, (side, side), np.int16)
        if has_hard_slice and k == HARD:
            image[k, 20 : 20 + side, 24 + side // 2 : 24 + side] = GREY
    return image, label
