"""Slices to calibrate and to judge on, from labelled data sets or from images without labels."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from LVSegULib.case_names import patient_of
from LVSegULib.cine import Cine
from LVSegULib.errors import InputError
from LVSegULib.labels import BY_KEY
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.unet import UNet
from LVSegULib.progress import silent
from LVSegULib.reading import read_cine
from LVSegULib.reading.inputs import expand_inputs
from LVSegULib.reading.labelled import LabelledCase, is_dataset, open_labelled
from LVSegULib.reading.names import IMAGE_ENDINGS, has_image_ending
from LVSegULib.segmentation.look import told_pixel_mm
from LVSegULib.training.augmentation import Augmentation
from LVSegULib.training.augmentation_config import AugmentationConfig
from LVSegULib.training.data import MARGIN, Slices, load_slices
from LVSegULib.training.validate import is_found

PLAIN_SHARE = 1 / 3
"""Share of the calibration slices that are taken as they are; the others are varied as in training."""

BATCH = 32


@dataclass(frozen=True)
class UnlabelledCase:
    """A cine without reference."""

    path: Path

    @property
    def name(self) -> str:
        """The file's or folder's name."""
        return self.path.name

    @property
    def patient(self) -> str:
        """Whose it is by its name: each DICOM folder's own, an image file's as in an nnU-Net raw folder."""
        return _patient_in(self.path.name) if has_image_ending(self.path) else self.path.name

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels: nothing is told of any, and what the network finds takes their place."""
        return tuple(BY_KEY)

    @property
    def files(self) -> tuple[Path, ...]:
        """The file or folder."""
        return (self.path,)

    def read(self) -> tuple[Cine, NDArray[np.uint8]]:
        """The cine, and a label map with nothing in it."""
        cine = read_cine(self.path)
        return cine, np.zeros(cine.frames.shape, np.uint8)


def open_cases(folders: Sequence[str], label_keys: Sequence[str]) -> tuple[tuple[LabelledCase, ...], bool]:
    """The cases of all folders, and whether they are labelled.

    Raises:
        InputError: a folder is missing, a labelled set has none of the labels, or only some folders are labelled.
    """
    is_labelled = [is_dataset(Path(folder)) for folder in folders]
    if all(is_labelled):
        return tuple(case for folder in folders for case in open_labelled(Path(folder), label_keys)), True
    if any(is_labelled):
        odd = folders[is_labelled.index(False)]
        raise InputError(f"{odd}: has no labels, and other --data has: give either only labelled data sets, or images")
    return tuple(UnlabelledCase(path) for path in expand_inputs([Path(folder) for folder in folders])), False


def calibration_images(
    cases: Sequence[LabelledCase],
    spec: ModelSpec,
    network: UNet,
    count: int,
    seed: int,
    progress: Callable[[str], None] = silent,
) -> Tensor:
    """`count` slices (N, 1, H, W) in 0..1, patient by patient; two thirds of them varied as in training.

    What the network finds in a slice takes the place of its label where the variation needs one.
    """
    grid = spec.grid
    rows, columns = (n + 2 * round(n * (MARGIN - 1) / 2) for n in (grid.rows, grid.columns))
    slices = load_slices(cases, spec.label_values, grid, progress, size=(rows, columns))
    generator = torch.Generator().manual_seed(seed)
    drawn = slices.draw(count, generator)
    plain = round(PLAIN_SHARE * count)
    device = torch.device("cpu")
    margin = (rows - grid.rows) // 2, (columns - grid.columns) // 2
    middle = (..., slice(margin[0], margin[0] + grid.rows), slice(margin[1], margin[1] + grid.columns))
    parts = [slices.batch(some, device)[0][middle] for some in drawn[:plain].split(BATCH) if len(some)]
    if grid.rows != grid.columns:
        return torch.cat([*parts, slices.batch(drawn[plain:], device)[0][middle]])
    augment = Augmentation(_augmentation(spec.training), told_pixel_mm(grid), grid.rows)
    for some in drawn[plain:].split(BATCH):
        images = slices.batch(some, device)[0]
        parts.append(augment(images, _found(network, images), generator)[0])
    return torch.cat(parts)


def judging_slices(
    cases: Sequence[LabelledCase],
    spec: ModelSpec,
    network: UNet,
    *,
    is_labelled: bool,
    progress: Callable[[str], None] = silent,
) -> Slices:
    """Slices of the patients that are judged on; without labels, what the unpruned network finds is the reference."""
    slices = load_slices(cases, spec.label_values, spec.grid, progress)
    if is_labelled:
        return slices
    device = torch.device("cpu")
    parts = [slices.batch(some, device)[0] for some in torch.arange(len(slices)).split(BATCH)]
    targets = torch.cat([255 * _found(network, images).byte() for images in parts])
    return dataclasses.replace(slices, targets=targets)


def _patient_in(file_name: str) -> str:
    """The patient in an image file's name: "anna" in "anna_ED_0000.nii.gz", "anna_frame07.nrrd" and "anna.nii"."""
    ending = next(ending for ending in IMAGE_ENDINGS if file_name.lower().endswith(ending))
    return patient_of(file_name[: -len(ending)].removesuffix("_0000"))


@torch.inference_mode()
def _found(network: UNet, images: Tensor) -> Tensor:
    """1 where the network finds a label, else 0 (N, C, H, W)."""
    return is_found(network(images)).float()


def _augmentation(training: dict[str, Any]) -> AugmentationConfig:
    values = training.get("config", {}).get("augmentation", {})
    known = {field.name for field in dataclasses.fields(AugmentationConfig)}
    return AugmentationConfig(**{name: value for name, value in values.items() if name in known})
