"""How a network breaks that takes for cavity what is brighter than 1/2."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from LVSegULib.errors import InputError
from LVSegULib.visualization.effects import Ablation
from LVSegULib.visualization.inspector import Inspector, open_inspector
from LVSegULib.visualization.robustness import (
    Curve,
    Perturbation,
    curve_values,
    perturbations,
    perturbed,
    robustness,
)
from LVSegULib.visualization.subjects import ED, Subject
from Testing.visualization import networks

BRIGHT, DIM, SIDE = 0.8, 0.2, 12
BY_KIND = {one.kind: one for one in perturbations(networks.GRID)}


@pytest.fixture
def a_thresholding_inspector(tmp_path: Path) -> Inspector:
    """The logit is the pixel's brightness - 0.5."""
    return open_inspector(networks.a_model(tmp_path / "bright", networks.passing_weights()), threads=1)


def a_subject(name: str = "one") -> Subject:
    """One slice with a bright square of 12 x 12 pixels, not in the middle, on a dim ground."""
    reference = np.zeros((1, 32, 32), bool)
    reference[0, 8 : 8 + SIDE, 12 : 12 + SIDE] = True
    images = np.where(reference, BRIGHT, DIM).astype(np.float32)[:, None]
    return Subject(name, images, reference, np.array([ED], np.uint8), np.ones(1))


def a_half_missed_subject(name: str = "other") -> Subject:
    """The expert drew 24 rows, of which 12 are bright: Dice is 2 x 144 / (144 + 288)."""
    subject, reference = a_subject(name), np.zeros((1, 32, 32), bool)
    reference[0, 8:32, 12 : 12 + SIDE] = True
    return replace(subject, reference=reference)


def changed(kind: str, level: float, subject: Subject, inspector: Inspector) -> tuple[np.ndarray, np.ndarray]:
    return perturbed(subject, BY_KIND[kind], level, inspector)


def curve_of(kind: str, subjects: list[Subject], inspector: Inspector) -> Curve:
    return {curve.kind: curve for curve in robustness(inspector, subjects)}[kind]


def dice_of(curve: Curve) -> dict[float, float]:
    return dict(zip(curve.levels, (dice.mean for dice in curve.dice), strict=True))


def test_the_neutral_level_is_exactly_the_unchanged_dice(a_thresholding_inspector: Inspector) -> None:
    subjects = [a_subject(), a_half_missed_subject()]
    whole = float(Ablation(a_thresholding_inspector, subjects).whole.dice.mean())
    assert whole == (1 + 2 * 144 / (144 + 288)) / 2
    curves = robustness(a_thresholding_inspector, subjects)
    assert [curve.kind for curve in curves] == list(BY_KIND)
    assert [dice_of(curve)[curve.neutral] for curve in curves] == [whole] * len(BY_KIND)


@pytest.mark.parametrize("one", BY_KIND.values(), ids=BY_KIND)
def test_the_neutral_level_changes_nothing(one: Perturbation, a_thresholding_inspector: Inspector) -> None:
    subject = a_subject()
    images, reference = perturbed(subject, one, one.neutral, a_thresholding_inspector)
    assert images is subject.images and reference is subject.reference


@pytest.mark.parametrize("one", BY_KIND.values(), ids=BY_KIND)
def test_next_to_the_neutral_level_hardly_anything_changes(
    one: Perturbation, a_thresholding_inspector: Inspector
) -> None:
    """So that the curve has no jump there."""
    subject = a_subject()
    images, reference = perturbed(subject, one, one.neutral + 1e-6, a_thresholding_inspector)
    assert images == pytest.approx(subject.images, abs=1e-5)
    assert np.array_equal(reference, subject.reference)
    assert images.dtype == np.float32 and images.shape == subject.images.shape


def test_turning_does_not_break_what_looks_at_brightness_alone(a_thresholding_inspector: Inspector) -> None:
    curve = curve_of("rotation", [a_subject()], a_thresholding_inspector)
    assert min(dice_of(curve).values()) > 0.99
    assert dice_of(curve)[90] == dice_of(curve)[-90] == dice_of(curve)[180] == 1.0


def test_contrast_breaks_it_where_the_square_falls_below_the_threshold(a_thresholding_inspector: Inspector) -> None:
    """0.8^2.8 = 0.54 and 0.8^4 = 0.41; 0.2^0.5 = 0.45 and 0.2^0.35 = 0.57, and then all 1024 pixels are cavity."""
    curve = curve_of("gamma", [a_subject()], a_thresholding_inspector)
    dice = dice_of(curve)
    assert dice[2.8] == dice[0.5] == 1.0
    assert dice[4.0] == 0.0
    assert dice[0.35] == pytest.approx(2 * 144 / (144 + 1024))


def test_a_quarter_turn_is_anticlockwise_and_exact(a_thresholding_inspector: Inspector) -> None:
    subject = a_subject()
    images, reference = changed("rotation", 90, subject, a_thresholding_inspector)
    assert images[0, 0] == pytest.approx(np.rot90(subject.images[0, 0]), abs=1e-6)
    assert np.array_equal(reference[0], np.rot90(subject.reference[0]))


def test_twice_as_large_is_four_times_the_area(a_thresholding_inspector: Inspector) -> None:
    reference = np.zeros((1, 32, 32), bool)
    reference[0, 12:20, 12:20] = True
    subject = replace(a_subject(), reference=reference, images=reference.astype(np.float32)[:, None])
    images, larger = changed("scale", 2.0, subject, a_thresholding_inspector)
    assert larger.sum() == 4 * 64 and larger[0, 8:24, 8:24].all()
    assert images[0, 0, 10:22, 10:22].min() == 1.0
    _, smaller = changed("scale", 0.5, subject, a_thresholding_inspector)
    assert smaller.sum() == 64 / 4


def test_noise_in_black_is_that_of_magnitude_images(a_thresholding_inspector: Inspector) -> None:
    """Where there is no signal, the mean is sigma x sqrt(pi / 2) (Rayleigh): 0.125 for 0.1; images stay in 0..1."""
    black = replace(a_subject(), images=np.zeros((40, 1, 32, 32), np.float32))
    images, _ = changed("noise", 0.1, black, a_thresholding_inspector)
    assert images.mean() == pytest.approx(0.1 * math.sqrt(math.pi / 2), rel=0.01)
    bright, _ = changed("noise", 0.3, replace(black, images=np.ones_like(black.images)), a_thresholding_inspector)
    assert bright.max() == 1.0


def test_noise_is_a_patients_own_and_grows_with_the_level(a_thresholding_inspector: Inspector) -> None:
    black = replace(a_subject(), images=np.zeros((1, 1, 32, 32), np.float32))
    weak, _ = changed("noise", 0.05, black, a_thresholding_inspector)
    strong, _ = changed("noise", 0.1, black, a_thresholding_inspector)
    other, _ = changed("noise", 0.1, replace(black, patient="other"), a_thresholding_inspector)
    assert strong == pytest.approx(2 * weak, abs=1e-6)
    assert not np.allclose(strong, other)


def test_blur_is_as_wide_as_it_says(a_thresholding_inspector: Inspector) -> None:
    """A point becomes half as bright at half of 12 mm, which is 4 pixels of 1.5 mm, as in the middle."""
    point = np.zeros((1, 1, 32, 32), np.float32)
    point[0, 0, 16, 16] = 1
    images, _ = changed("blur", 12.0, replace(a_subject(), images=point), a_thresholding_inspector)
    assert images[0, 0, 16, 20] / images[0, 0, 16, 16] == pytest.approx(0.5, rel=0.01)
    assert images[0, 0, 12, 16] / images[0, 0, 16, 16] == pytest.approx(0.5, rel=0.01)


def test_a_bias_field_is_four_times_as_bright_at_one_rim(a_thresholding_inspector: Inspector) -> None:
    """Of 0.2 it makes 0.4 at one rim and 0.1 at the other."""
    even = np.full((2, 1, 32, 32), 0.2, np.float32)
    images, _ = changed("bias field", 4.0, replace(a_subject(), images=even), a_thresholding_inspector)
    assert images.max() == pytest.approx(0.4) and images.min() == pytest.approx(0.1)
    assert images[:, 0, 15:17, 15:17].mean() == pytest.approx(0.2, rel=0.01)
    assert np.array_equal(images[0], images[1])


def test_cropping_ends_image_and_reference_alike(a_thresholding_inspector: Inspector) -> None:
    """Of 48 mm, 18 mm are the middle 12 pixels, from 10 to 21; the square has rows 8 to 19 and columns 12 to 23."""
    subject = a_subject()
    images, reference = changed("field of view", 18.0, subject, a_thresholding_inspector)
    assert np.array_equal(images[0, 0, 10:22, 10:22], subject.images[0, 0, 10:22, 10:22])
    assert np.count_nonzero(images) == 12 * 12
    assert reference[0, 10:20, 12:22].all() and reference.sum() == 10 * 10


@pytest.mark.usefixtures("intervals_of_two")
def test_two_patients_have_an_interval_and_one_has_none(a_thresholding_inspector: Inspector) -> None:
    two = curve_of("blur", [a_subject(), a_half_missed_subject()], a_thresholding_inspector).dice[0]
    assert two.mean_interval == pytest.approx((2 / 3, 1.0))  # drawn twice, either patient may be both
    one = curve_of("blur", [a_subject()], a_thresholding_inspector).dice[0]
    assert one.mean == 1.0 and all(map(math.isnan, one.mean_interval))


def test_a_patient_without_cavity_is_left_out(a_thresholding_inspector: Inspector) -> None:
    empty = replace(
        a_subject("empty"), images=np.zeros((1, 1, 32, 32), np.float32), reference=np.zeros((1, 32, 32), bool)
    )
    dice = curve_of("blur", [a_subject(), empty], a_thresholding_inspector).dice[0]
    assert (dice.mean, dice.patients, dice.undefined) == (1.0, 1, 1)


def test_rows_for_a_table(a_thresholding_inspector: Inspector) -> None:
    shares: list[float] = []
    curves = robustness(a_thresholding_inspector, [a_subject()], shares.append)
    rows = curve_values(curves)
    assert len(rows) == len(shares) == sum(len(one.levels) for one in BY_KIND.values())
    assert shares[-1] == 1.0
    darkest = next(row for row in rows if row["kind"] == "gamma" and row["level"] == 4.0)
    assert {key: darkest[key] for key in ("kind", "unit", "is_neutral", "dice", "patients")} == {
        "kind": "gamma",
        "unit": "",
        "is_neutral": False,
        "dice": 0.0,
        "patients": 1,
    }
    assert [row["kind"] for row in rows if row["is_neutral"]] == list(BY_KIND)


def test_without_patients_there_is_nothing_to_try(a_thresholding_inspector: Inspector) -> None:
    with pytest.raises(InputError, match="no patients"):
        robustness(a_thresholding_inspector, [])
