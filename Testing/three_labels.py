"""A research-only network of three labels, set by hand to tell shades of grey apart, and a heart in these shades.

As `Testing.bright_pixels` with three outputs: the logits are lines over the intensity, of which another is the highest
in each range: background up to 0.25 of the range, myocardium up to 0.55, LV cavity up to 0.87, RV cavity above.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

from LVSegULib.labels import ALL_LABELS
from LVSegULib.modelfolder.folder import ModelFolder, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid
from Testing.bright_pixels import passing_weights
from Testing.ring_hearts import a_ring

LICENCE = "CC BY-NC-SA 4.0"
SHADES = {0: 100.0, 1: 750.0, 2: 400.0, 3: 1000.0}
PIXEL_MM, SLICE_MM, SLICES, SIZE = 1.5, 8.0, 6, 64
RADII_MM, WALLS_MM, RIGHT_PIXELS = (18.0, 15.0, 11.0, 14.0), (8.0, 9.0, 12.0, 10.0), (12, 10, 7, 9)
"""Of each frame: radius of the cavity, thickness of the wall, width of the right ventricle. ED is frame 0, ES 2."""


def save_three_label_model(folder: Path, licence: str = LICENCE) -> ModelFolder:
    """A model folder; its name is the folder's."""
    network = UNetConfig.from_base(1, depth=1, output_channels=3)
    weights = passing_weights(network)
    weights["head.weight"][:, 0, 0, 0] = 40, 20, 80  # LV, MYO, RV
    weights["head.bias"][:] = -16, -5, -50.8
    spec = ModelSpec(folder.name, network, ALL_LABELS, Grid(PIXEL_MM, SIZE, SIZE), licence=licence)
    return save_model(folder, spec, weights, "# card\n")


def heart_labels(frames: Sequence[int] = range(4)) -> NDArray[np.uint8]:
    """A beating heart (T, K, J, I): rings with a right ventricle against the septum; the last slice is smaller."""
    labels = np.zeros((len(frames), SLICES, SIZE, SIZE), np.uint8)
    for place, frame in enumerate(frames):
        for k in range(SLICES):
            radius_mm = RADII_MM[frame] - (k == SLICES - 1)
            ring = a_ring(radius_mm, WALLS_MM[frame], (PIXEL_MM, PIXEL_MM), SIZE, centre_mm=(48.0, 54.0))
            labels[place, k, 24:40, 22 - RIGHT_PIXELS[frame] : 22] = 3
            labels[place, k][ring > 0] = ring[ring > 0]
    return labels


def heart_images(labels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The same in the shades that the network tells apart, a little uneven as images are."""
    shades = np.array([SHADES[value] for value in range(4)], np.float32)
    return shades[labels] + np.linspace(0, 20, labels.shape[-1], dtype=np.float32)


def write_heart(path: Path, frames: Sequence[int] = range(4)) -> Path:
    """The beating heart as NIfTI."""
    path.parent.mkdir(parents=True, exist_ok=True)
    spacing_mm = np.array([PIXEL_MM, PIXEL_MM, SLICE_MM, 1.0])
    image = nibabel.Nifti1Image(heart_images(heart_labels(frames)).T, np.diag(spacing_mm))
    image.header.set_xyzt_units("mm", "msec")
    image.header.set_zooms((*spacing_mm[:3], 40.0))
    nibabel.save(image, path)
    return path
