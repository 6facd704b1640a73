"""Validation Dice per patient against counts made by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from LVSegULib.network.unet import UNet
from LVSegULib.training.data import Slices
from LVSegULib.training.device import Place
from LVSegULib.training.validate import Validation, validate
from Testing.training.mps import AsOnMps


class Threshold(torch.nn.Module):
    """A network that says what is brighter than half."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        assert not self.training
        return images - 0.5


def test_dice_is_pooled_over_the_slices_of_a_patient() -> None:
    images = torch.zeros(3, 1, 10, 10, dtype=torch.uint8)
    targets = torch.zeros_like(images)
    images[0, 0, :, :4], targets[0, 0, :, 2:6] = 255, 255  # 40 and 40 pixels, 20 in common
    images[1, 0, :, :6], targets[1, 0, :, :6] = 255, 200  # 60 and 60, all in common; mostly covered counts
    targets[2, 0, :, :6] = 100  # less than half covered: not the label
    slices = Slices(images, targets, torch.tensor([0, 0, 1]), ("a", "b"), torch.ones(3, 1, dtype=torch.bool))
    network = Threshold().train()
    result = validate(network, slices, Place(torch.device("cpu"), bf16=False))  # type: ignore[arg-type]
    assert result.dice[0, 0] == pytest.approx(2 * 80 / (100 + 100))
    assert np.isnan(result.dice[1, 0])
    assert result.mean == pytest.approx(0.8)
    assert network.training


def test_where_nobody_has_a_label_there_is_no_mean_and_no_warning() -> None:
    assert np.isnan(Validation(("a", "b"), np.full((2, 1), np.nan)).mean)
    assert np.isnan(Validation((), np.empty((0, 1))).mean)


def test_a_device_without_float64_is_not_asked_for_it() -> None:
    images = torch.full((2, 1, 10, 10), 255, dtype=torch.uint8)
    slices = Slices(images, images, torch.tensor([0, 1]), ("a", "b"), torch.ones(2, 1, dtype=torch.bool))
    with AsOnMps():
        result = validate(Threshold(), slices, Place(torch.device("cpu"), bf16=False))  # type: ignore[arg-type]
    assert result.dice.tolist() == [[1.0], [1.0]]


def test_what_is_found_where_the_label_is_not_known_does_not_count() -> None:
    images, targets = torch.zeros(4, 1, 10, 10, dtype=torch.uint8), torch.zeros(4, 1, 10, 10, dtype=torch.uint8)
    images[:, 0, :, :4] = 255  # 40 pixels are found in every slice
    targets[0, 0, :, 2:6] = 255  # the only one whose source knows the label: 20 of 40 in common
    known = torch.tensor([[True], [False], [False], [False]])
    slices = Slices(images, targets, torch.tensor([0, 0, 1, 1]), ("a", "b"), known)
    result = validate(Threshold(), slices, Place(torch.device("cpu"), bf16=False))  # type: ignore[arg-type]
    assert result.dice[0, 0] == pytest.approx(2 * 20 / (40 + 40))
    assert np.isnan(result.dice[1, 0])
    assert result.mean == pytest.approx(0.5)


class TwoRules(torch.nn.Module):
    """A network whose second output finds what is darker than half instead."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.cat([images - 0.5, 0.5 - images], 1)


def test_patients_apart_are_judged_by_the_outputs_that_learnt_them() -> None:
    images = torch.zeros(2, 1, 10, 10, dtype=torch.uint8)
    images[:, 0, :, :4] = 255
    targets = torch.cat([images[:1], 255 - images[1:]])
    known = torch.ones(2, 1, dtype=torch.bool)
    slices = Slices(images, targets, torch.tensor([0, 1]), ("a", "b"), known, apart=(False, True))
    result = validate(TwoRules(), slices, Place(torch.device("cpu"), bf16=False))  # type: ignore[arg-type]
    assert result.dice.tolist() == [[1.0], [1.0]]


def test_nobody_to_validate_has_no_mean() -> None:
    assert np.isnan(Validation((), np.zeros((0, 1))).mean)


def test_a_network_of_two_labels_is_judged_on_each() -> None:
    from LVSegULib.network.config import UNetConfig

    torch.manual_seed(1)
    network = UNet(UNetConfig.from_levels((2, 4), output_channels=2))
    targets = torch.zeros(4, 2, 16, 16, dtype=torch.uint8)
    targets[:, 0, :8], targets[:, 1, 8:] = 255, 255
    images, known = torch.zeros(4, 1, 16, 16, dtype=torch.uint8), torch.ones(4, 2, dtype=torch.bool)
    slices = Slices(images, targets, torch.tensor([0, 0, 1, 1]), ("a", "b"), known)
    assert validate(network, slices, Place(torch.device("cpu"), bf16=False)).dice.shape == (2, 2)
