"""Dice against hand arithmetic and SimpleITK."""

from __future__ import annotations

import math

import numpy as np
import pytest

from LVSegULib.errors import InputError
from LVSegULib.evaluation.overlap import Overlap


def test_dice_of_two_overlapping_boxes() -> None:
    first, second = np.zeros((20, 20), bool), np.zeros((20, 20), bool)
    first[2:12, 2:12] = True  # 100 pixels
    second[7:17, 2:8] = True  # 60 pixels, of which 5 x 6 = 30 lie in the first
    assert Overlap.of(first, second).dice == 2 * 30 / (100 + 60)
    assert Overlap.of(first, second) == Overlap(both=30, reference=100, prediction=60)


def test_dice_is_1_for_the_same_and_0_for_disjoint_masks() -> None:
    left, right = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    left[:, :2], right[:, 2:] = True, True
    assert Overlap.of(left, left).dice == 1
    assert Overlap.of(left, right).dice == 0
    assert Overlap.of(left, np.zeros((4, 4), bool)).dice == 0


def test_dice_of_two_empty_masks_is_undefined() -> None:
    assert math.isnan(Overlap.of(np.zeros((3, 3), bool), np.zeros((3, 3), bool)).dice)


def test_pooled_counts_are_summed_before_dividing() -> None:
    pooled = Overlap.total([Overlap(90, 100, 100), Overlap(0, 10, 0)])
    assert pooled.dice == 2 * 90 / (110 + 100)  # and not the mean of 0.9 and 0


def test_masks_of_different_shapes_are_refused() -> None:
    with pytest.raises(InputError, match=r"\(3, 4\).*\(4, 3\)"):
        Overlap.of(np.zeros((4, 3), bool), np.zeros((3, 4), bool))


@pytest.mark.parametrize("seed", range(5))
def test_dice_agrees_with_simpleitk_and_is_symmetric(seed: int) -> None:
    sitk = pytest.importorskip("SimpleITK")
    rng = np.random.default_rng(seed)
    first, second = rng.random((2, 4, 15, 16)) < rng.uniform(0.1, 0.9)
    measures = sitk.LabelOverlapMeasuresImageFilter()
    measures.Execute(sitk.GetImageFromArray(first.astype(np.uint8)), sitk.GetImageFromArray(second.astype(np.uint8)))
    assert Overlap.of(first, second).dice == pytest.approx(measures.GetDiceCoefficient(1))
    assert Overlap.of(first, second).dice == Overlap.of(second, first).dice


def test_every_count_is_summed() -> None:
    assert Overlap.total([Overlap(3, 4, 5), Overlap(10, 20, 30)]) == Overlap(13, 24, 35)
    assert Overlap.total([]) == Overlap(0, 0, 0)
