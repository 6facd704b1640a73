"""Dice and cross-entropy against values worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from LVSegULib.training.loss import SMOOTH_PIXELS, cross_entropy, dice_loss, probabilities, segmentation_loss


def test_one_label_is_a_sigmoid() -> None:
    logits = torch.randn(2, 1, 4, 4)
    torch.testing.assert_close(probabilities(logits), torch.sigmoid(logits))


def test_labels_and_background_share_one() -> None:
    logits = torch.log(torch.tensor([2.0, 5.0])).reshape(1, 2, 1, 1)  # odds 1 : 2 : 5
    torch.testing.assert_close(probabilities(logits).flatten(), torch.tensor([2 / 8, 5 / 8]))


def test_cross_entropy_of_one_label_is_the_binary_one() -> None:
    logits, targets = torch.randn(3, 1, 8, 8), torch.rand(3, 1, 8, 8)
    expected = functional.binary_cross_entropy_with_logits(logits, targets)
    torch.testing.assert_close(cross_entropy(logits, targets), expected)


def test_cross_entropy_of_a_sure_and_an_unsure_pixel() -> None:
    logits = torch.tensor([0.0, math.log(3.0)]).reshape(1, 1, 1, 2)
    targets = torch.tensor([0.0, 1.0]).reshape(1, 1, 1, 2)
    assert cross_entropy(logits, targets).item() == pytest.approx((math.log(2) - math.log(3 / 4)) / 2)


def test_dice_of_a_half_overlap() -> None:
    targets = torch.zeros(1, 1, 1, 40)
    targets[..., :20] = 1
    logits = torch.full((1, 1, 1, 40), -50.0)
    logits[..., 10:30] = 50
    # 10 pixels of 20 and 20 in common
    expected = 1 - (2 * 10 + SMOOTH_PIXELS) / (20 + 20 + SMOOTH_PIXELS)
    assert dice_loss(logits, targets).item() == pytest.approx(expected, abs=1e-6)


def test_every_slice_counts_the_same_however_small_its_cavity() -> None:
    targets = torch.zeros(2, 1, 100, 100)
    targets[0, :, :90] = 1
    targets[1, :, 0, :10] = 1
    missed_large, missed_small = (torch.where(targets > 0, 50.0, -50.0) for _ in range(2))
    missed_large[0], missed_small[1] = -50, -50
    large, small = dice_loss(missed_large, targets).item(), dice_loss(missed_small, targets).item()
    assert large == pytest.approx(0.5, abs=0.01)
    assert small == pytest.approx(0.5 * 10 / (10 + SMOOTH_PIXELS), abs=0.01)


def test_nothing_found_where_nothing_is_costs_nothing() -> None:
    assert segmentation_loss(torch.full((1, 1, 8, 8), -50.0), torch.zeros(1, 1, 8, 8)).item() == pytest.approx(0)


def test_gradient_leads_to_the_target() -> None:
    targets = (torch.rand(1, 2, 8, 8, generator=torch.Generator().manual_seed(1)) > 0.7).float()
    targets[:, 1] *= 1 - targets[:, 0]
    logits = torch.zeros(1, 2, 8, 8, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.5)
    for _ in range(100):
        optimizer.zero_grad()
        segmentation_loss(logits, targets).backward()
        optimizer.step()
    assert torch.equal(probabilities(logits) > 0.5, targets > 0.5)
