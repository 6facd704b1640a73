"""A model that flags slices which do not lie over those beside them, and cines in which one does not."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from LVSegULib.modelfolder.folder import ModelFolder, save_model
from LVSegULib.quality.calibration import Calibration
from LVSegULib.quality.logistic import Logistic
from LVSegULib.quality.signs import SIGNS
from Testing.desktop.scene import a_beating_heart, add_cine, add_volume
from Testing.LVSegU.filter_scenes import a_passing_model

FRAMES, SLICES, SIZE = 4, 6, 64
SHIFTED_FRAMES, SHIFTED_SLICE = (1, 2), 5
"""Where the disc is shifted: in the last slice, so that it and the one before do not fit each other."""

REASON = "it does not lie over the slices beside it"


def a_model_that_flags(folder: Path) -> ModelFolder:
    """What is bright is cavity; a slice whose Dice with one beside it is below 0.7 is more likely bad than good."""
    model = a_passing_model(folder)
    nothing = np.zeros(len(SIGNS))
    weights = np.array([20.0 * (sign.key == "misfit") for sign in SIGNS])
    quality = Calibration(Logistic(nothing, nothing + 1, weights, -6.0), 0.8).to_json()
    spec = dataclasses.replace(model.spec, quality=quality)
    return save_model(folder / "flagging", spec, model.weights(), "# flagging\n")


def shifted_hearts() -> np.ndarray:
    """A beating phantom (T, K, J, I) whose last slice lies aside in two frames."""
    pixels = a_beating_heart(frames=FRAMES, slices=SLICES, size=SIZE)
    for frame in SHIFTED_FRAMES:
        pixels[frame, SHIFTED_SLICE] = np.roll(pixels[frame, SHIFTED_SLICE], 8, axis=1)
    return pixels


def a_shifted_cine() -> Any:
    """The phantom as a sequence in the scene; returns its volume."""
    return add_cine(shifted_hearts())


def a_shifted_volume() -> Any:
    """One of its frames as a volume in the scene."""
    return add_volume(shifted_hearts()[SHIFTED_FRAMES[0]])
