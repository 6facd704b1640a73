"""How a network breaks: Dice per patient while images are turned, scaled, darkened, blurred, cropped and so on.

Images and references are changed alike, on the grid on which a case is segmented, and Dice is taken there, before any
clean-up. Millimetres are those of the model's own grid, so that animals are changed as much as people.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from LVSegULib.engines.workers import Images
from LVSegULib.errors import InputError
from LVSegULib.evaluation.bootstrap import Summary, summarise
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.preparation.grid import Grid
from LVSegULib.progress import Report, silent
from LVSegULib.visualization.inspector import Inspector
from LVSegULib.visualization.subjects import Subject, cavity_on_grid

Masks = NDArray[np.bool_]
Pair = tuple[Images, Masks]

FWHM = 2 * np.sqrt(2 * np.log(2))
"""Full width at half maximum of a Gaussian, in standard deviations."""

FIELDS_OF_VIEW = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
"""What cropping leaves, as shares of the grid's side."""


@dataclass(frozen=True)
class Perturbation:
    """One way of making images harder.

    Attributes:
        kind: its name.
        unit: of its levels; empty for plain numbers.
        levels: how much, in ascending or descending order.
        neutral: the level that changes nothing, to the bit.
        apply: what changes images (N, 1, rows, columns) and reference (N, rows, columns), given a level, the pixel's
            side in mm and a generator of random numbers.
    """

    kind: str
    unit: str
    levels: tuple[float, ...]
    neutral: float
    apply: Callable[[Images, Masks, float, float, np.random.Generator], Pair]


@dataclass(frozen=True)
class Curve:
    """Dice against the level of one perturbation.

    Attributes:
        kind, unit, levels, neutral: see `Perturbation`.
        dice: of each level, the mean over patients with its 95 % interval.
    """

    kind: str
    unit: str
    levels: tuple[float, ...]
    neutral: float
    dice: tuple[Summary, ...]


def perturbations(grid: Grid) -> tuple[Perturbation, ...]:
    """The ways that are tried, for images on `grid`."""
    side_mm = max(grid.rows, grid.columns) * grid.spacing_mm
    turns = (-180.0, -135.0, -90.0, -60.0, -45.0, -30.0, -15.0, 0.0, 15.0, 30.0, 45.0, 60.0, 90.0, 135.0, 180.0)
    return (
        Perturbation("rotation", "degrees", turns, 0.0, _turned),
        Perturbation("scale", "", (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0), 1.0, _scaled),
        Perturbation("gamma", "", (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0), 1.0, _with_gamma),
        Perturbation("noise", "of the grey range", (0.0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3), 0.0, _noisy),
        Perturbation("blur", "mm", (0.0, 2.0, 4.0, 6.0, 9.0, 12.0, 16.0), 0.0, _blurred),
        Perturbation("bias field", "", (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0), 1.0, _with_bias),
        Perturbation("field of view", "mm", tuple(share * side_mm for share in FIELDS_OF_VIEW), side_mm, _cropped),
    )


def robustness(inspector: Inspector, subjects: Sequence[Subject], report: Report = silent) -> tuple[Curve, ...]:
    """Dice per patient at every level of every perturbation.

    Args:
        inspector: looks into the model.
        subjects: the patients, see `LVSegULib.visualization.subjects`.
        report: told the share done.

    Returns:
        The curves in the order of `perturbations`. Every random number follows from the kind and the patient's name,
        the same at all levels, so that curves are smooth and a patient's result does not depend on who else is there.

    Raises:
        InputError: there are no subjects.
    """
    if not subjects:
        raise InputError("there are no patients to measure Dice on: give at least one")
    tried = perturbations(inspector.model.spec.grid)
    total, done, curves = sum(len(one.levels) for one in tried), 0, []
    for one in tried:
        dice = []
        for level in one.levels:
            values = [_dice(inspector, *perturbed(subject, one, level, inspector)) for subject in subjects]
            dice.append(summarise(values, [subject.patient for subject in subjects]))
            done += 1
            report(done / total)
        curves.append(Curve(one.kind, one.unit, one.levels, one.neutral, tuple(dice)))
    return tuple(curves)


def perturbed(subject: Subject, perturbation: Perturbation, level: float, inspector: Inspector) -> Pair:
    """A patient's images and reference at a level; at the neutral one, as they are."""
    if level == perturbation.neutral:
        return subject.images, subject.reference
    seed = zlib.crc32(f"{perturbation.kind}/{subject.patient}".encode())
    pixel_mm = inspector.model.spec.grid.spacing_mm
    return perturbation.apply(subject.images, subject.reference, level, pixel_mm, np.random.default_rng(seed))


def curve_values(curves: Sequence[Curve]) -> list[dict[str, Any]]:
    """A row for each level of each curve, flat, for tables; NaN where there is no number."""
    return [
        {
            "kind": curve.kind,
            "unit": curve.unit,
            "level": level,
            "is_neutral": level == curve.neutral,
            "dice": dice.mean,
            "dice_low": dice.mean_interval[0],
            "dice_high": dice.mean_interval[1],
            "patients": dice.patients,
        }
        for curve in curves
        for level, dice in zip(curve.levels, curve.dice, strict=True)
    ]


def _dice(inspector: Inspector, images: Images, reference: Masks) -> float:
    """Dice over all slices of a patient; NaN where there is no cavity, neither found nor in the reference."""
    return Overlap.of(reference, cavity_on_grid(inspector.look(images).logits, inspector.model.spec)).dice


def _turned(images: Images, reference: Masks, degrees: float, _mm: float, _random: np.random.Generator) -> Pair:
    """Turned around the centre, anticlockwise as it is seen."""
    angle = np.radians(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    return _mapped(images, reference, np.array([[cosine, sine], [-sine, cosine]]))


def _scaled(images: Images, reference: Masks, factor: float, _mm: float, _random: np.random.Generator) -> Pair:
    """Enlarged by `factor` around the centre."""
    return _mapped(images, reference, np.eye(2) / factor)


def _mapped(images: Images, reference: Masks, matrix: NDArray[np.float64]) -> Pair:
    """Both with each pixel taken from `matrix` times its offset from the centre, interpolated; 0 beyond the edge."""
    # Whole numbers, as in turns by 90 degrees, must stay so: rounding would take pixels at the rim for outside.
    matrix = np.round(matrix, 12)
    centre = (np.array(images.shape[-2:]) - 1) / 2

    def moved(stack: NDArray[np.float32]) -> NDArray[np.float32]:
        plain = stack.reshape(-1, *stack.shape[-2:])
        offset = np.round(centre - matrix @ centre, 9)
        # "grid-constant" interpolates towards the black beyond the edge, as resampling to the grid does.
        turned = [ndimage.affine_transform(one, matrix, offset, order=1, mode="grid-constant") for one in plain]
        return np.stack(turned).reshape(stack.shape)

    return moved(images), moved(reference.astype(np.float32)) > 0.5


def _with_gamma(images: Images, reference: Masks, gamma: float, _mm: float, _random: np.random.Generator) -> Pair:
    """Grey values to the power `gamma`: above 1 darker, with 0 and 1 as they are."""
    return images.clip(0, 1) ** np.float32(gamma), reference


def _noisy(images: Images, reference: Masks, sigma: float, _mm: float, random: np.random.Generator) -> Pair:
    """With the Rician noise of magnitude images (Gudbjartsson, Patz, MRM 1995, doi 10.1002/mrm.1910340618)."""
    real, imaginary = (np.float32(sigma) * random.standard_normal(images.shape, np.float32) for _ in range(2))
    return np.hypot(images + real, imaginary).clip(0, 1), reference


def _blurred(images: Images, reference: Masks, fwhm_mm: float, mm: float, _random: np.random.Generator) -> Pair:
    """Smoothed with a Gaussian in the plane, `fwhm_mm` wide at half its height."""
    sigma = fwhm_mm / FWHM / mm
    return ndimage.gaussian_filter(images, (0, 0, sigma, sigma), mode="nearest"), reference


def _with_bias(images: Images, reference: Masks, ratio: float, _mm: float, random: np.random.Generator) -> Pair:
    """Brighter towards one side and darker towards the other, as near a coil: `ratio` times as bright at one rim.

    The centre stays as it is, and brightness changes by the same factor from each millimetre to the next. The direction
    is drawn for the patient; all its slices have the same.
    """
    rows, columns = images.shape[-2:]
    angle = random.uniform(0, 2 * np.pi)
    y, x = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    field = ratio ** (np.clip(np.sin(angle) * y + np.cos(angle) * x, -1, 1) / 2)
    return (images * field.astype(np.float32)).clip(0, 1), reference


def _cropped(images: Images, reference: Masks, side_mm: float, mm: float, _random: np.random.Generator) -> Pair:
    """Black outside the square of `side_mm` in the middle, as where an image ends; the reference ends there too."""
    rows, columns = (np.abs(np.arange(n) - (n - 1) / 2) * mm <= side_mm / 2 for n in images.shape[-2:])
    inside = rows[:, None] & columns
    return images * inside, reference & inside
