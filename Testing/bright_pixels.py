"""A network whose weights are set by hand to find bright pixels, and a phantom for which it gives volumes known before.

Every layer passes the image on through its first filter, and the head takes it at 1/2: so a pixel is LV where it is
brighter than the middle of the intensities. The phantom has the model's own spacing, so nothing is resampled.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import nibabel
import numpy as np
from numpy.typing import NDArray

from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import ModelFolder, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.modelfolder.weights import weight_shapes
from LVSegULib.network.config import UNetConfig
from LVSegULib.preparation.grid import Grid

PIXEL_MM, SLICE_MM, SLICES, SIZE = 1.5, 8.0, 4, 64
SIDES = (20, 18, 15, 12, 14, 17)
"""Side of the bright square in each frame, in pixels: ED is frame 0, ES frame 3."""


def volume_ml(side: int) -> float:
    """Volume of a square of `side` pixels in every slice: 20 gives 4 x 400 x 18 mm^3 = 28.8 mL."""
    return SLICES * side**2 * PIXEL_MM**2 * SLICE_MM / 1000


def save_bright_pixel_model(folder: Path) -> ModelFolder:
    network = UNetConfig.from_base(1, depth=1)
    weights = passing_weights(network)
    weights["head.weight"][:], weights["head.bias"][:] = 20, -10
    spec = ModelSpec(folder.name, network, (CAVITY,), Grid(PIXEL_MM, SIZE, SIZE), licence="CC0 1.0")
    return save_model(folder, spec, weights, "# card\n")


def passing_weights(network: UNetConfig) -> dict[str, NDArray[np.float32]]:
    """Weights of a network of one level with which the image reaches the head as it is; the head's are zeros."""
    weights = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(network).items()}
    for name, values in weights.items():
        if name.endswith("running_var") or (values.ndim == 1 and name.endswith("weight")):
            values[:] = 1
        elif values.ndim == 4 and values.shape[-1] == 3 and not name.startswith("encoder.1"):
            values[0, 0, 1, 1] = 1
    return weights


def bright_squares(sides: Sequence[int] = SIDES) -> NDArray[np.bool_]:
    """Where the squares are, (T, K, J, I)."""
    squares = np.zeros((len(sides), SLICES, SIZE, SIZE), bool)
    for frame, side in enumerate(sides):
        squares[frame, :, 20 : 20 + side, 24 : 24 + side] = True
    return squares


def write_phantom(path: Path, sides: Sequence[int] = SIDES) -> Path:
    """A cine of a bright square that shrinks and grows, as NIfTI."""
    shade = np.linspace(0, 20, SIZE, dtype=np.float32)
    images = np.where(bright_squares(sides), 200 + shade, 10 + shade)
    path.parent.mkdir(parents=True, exist_ok=True)
    header = nibabel.Nifti1Image(images.T, np.diag([PIXEL_MM, PIXEL_MM, SLICE_MM, 1.0]))
    header.header.set_xyzt_units("mm", "msec")
    header.header.set_zooms((PIXEL_MM, PIXEL_MM, SLICE_MM, 40.0))
    nibabel.save(header, path)
    return path
