"""The picture of robustness: a panel for each curve, whatever is known of it."""

from __future__ import annotations

import io
import math

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

from LVSegULib.evaluation.bootstrap import summarise
from LVSegULib.pictures.robustness import COLOUR, robustness_png
from LVSegULib.preparation.grid import Grid
from LVSegULib.visualization.robustness import Curve, perturbations

PERTURBATIONS = perturbations(Grid(1.5, 128, 128))


def curves(*dice: float) -> list[Curve]:
    """One of every kind, with the same Dice of patients at all levels."""
    patients = [str(number) for number in range(len(dice))]
    return [
        Curve(one.kind, one.unit, one.levels, one.neutral, tuple(summarise(dice, patients) for _ in one.levels))
        for one in PERTURBATIONS
    ]


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB")).astype(int)


def blue(picture: np.ndarray) -> np.ndarray:
    """Where the lines are."""
    distance = np.abs(picture - 255 * np.array(to_rgb(COLOUR))).max(axis=2)
    return np.asarray(distance < 20)


def test_every_kind_has_a_panel_with_its_line() -> None:
    picture = pixels(robustness_png(curves(0.8, 0.9), "a model"))
    rows, columns = picture.shape[0] // 2, picture.shape[1] // 4
    for number in range(len(PERTURBATIONS)):
        row, column = divmod(number, 4)
        panel = blue(picture)[row * rows : (row + 1) * rows, column * columns : (column + 1) * columns]
        assert panel.any(axis=0).sum() > 0.6 * columns, PERTURBATIONS[number].kind


def test_a_better_network_has_a_higher_line() -> None:
    good, bad = (blue(pixels(robustness_png(curves(dice, dice), "a model"))) for dice in (0.9, 0.3))
    assert np.nonzero(good)[0].mean() < np.nonzero(bad)[0].mean()


def test_one_patient_has_no_interval_and_none_has_no_line() -> None:
    assert blue(pixels(robustness_png(curves(0.8), "one"))).any()
    assert pixels(robustness_png(curves(math.nan), "none")).shape[1] == 1320
