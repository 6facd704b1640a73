"""Every loss against values worked out by hand, or by another route."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from LVSegULib.training.config import LOSSES
from LVSegULib.training.loss import (
    BOUNDARY_REACH_PIXELS,
    BOUNDARY_SHARE,
    FOCUS,
    SMOOTH_PIXELS,
    boundary_loss,
    cross_entropy,
    dice_loss,
    own_outputs,
    probabilities,
    segmentation_loss,
    signed_distances,
)

SURE = 50.0
"""A logit that leaves no doubt."""

ODDS = torch.log(torch.tensor([2.0, 5.0])).reshape(1, 2, 1, 1)
"""Background, cavity and myocardium as 1 : 2 : 5."""

CAVITY_ONLY = torch.tensor([[True, False]])


def some_slices() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits, targets and known labels of three slices of two labels; the last slice does not know the second."""
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(3, 2, 8, 8, generator=generator)
    targets = torch.zeros(3, 2, 8, 8)
    targets[:, 0, 2:5, 2:6] = 1
    targets[:2, 1, 5:7] = 1
    return logits, targets, torch.tensor([[True, True], [True, True], [True, False]])


def all_known(targets: torch.Tensor) -> torch.Tensor:
    """Of slices whose source knows every label."""
    return torch.ones(targets.shape[:2], dtype=torch.bool)


def test_one_label_is_a_sigmoid() -> None:
    logits = torch.randn(2, 1, 4, 4)
    torch.testing.assert_close(probabilities(logits), torch.sigmoid(logits))


def test_labels_and_background_share_one() -> None:
    torch.testing.assert_close(probabilities(ODDS).flatten(), torch.tensor([2 / 8, 5 / 8]))


def test_cross_entropy_of_one_label_is_the_binary_one() -> None:
    logits, targets = torch.randn(3, 1, 8, 8), torch.rand(3, 1, 8, 8)
    expected = functional.binary_cross_entropy_with_logits(logits, targets)
    torch.testing.assert_close(cross_entropy(logits, targets, all_known(targets)), expected)


def test_cross_entropy_of_several_labels_is_that_of_pytorch() -> None:
    logits, targets, _ = some_slices()
    classes = (targets * torch.tensor([1, 2]).reshape(1, 2, 1, 1)).sum(1).long()
    expected = functional.cross_entropy(torch.cat([torch.zeros(3, 1, 8, 8), logits], 1), classes)
    torch.testing.assert_close(cross_entropy(logits, targets, all_known(targets)), expected)


def test_cross_entropy_of_a_sure_and_an_unsure_pixel() -> None:
    logits = torch.tensor([0.0, math.log(3.0)]).reshape(1, 1, 1, 2)
    targets = torch.tensor([0.0, 1.0]).reshape(1, 1, 1, 2)
    expected = (math.log(2) - math.log(3 / 4)) / 2
    assert cross_entropy(logits, targets, all_known(targets)).item() == pytest.approx(expected)


def test_a_label_that_is_not_known_counts_as_background() -> None:
    logits = ODDS.expand(1, 2, 1, 2)
    targets = torch.zeros(1, 2, 1, 2)
    targets[0, 0, 0, 0] = 1
    # of 8 parts the cavity has 2; background and myocardium, which are not told apart, have 6
    expected = -(math.log(2 / 8) + math.log(6 / 8)) / 2
    assert cross_entropy(logits, targets, CAVITY_ONLY).item() == pytest.approx(expected)
    # where both are known, the second pixel is background, of which there is 1 part
    both_known = -(math.log(2 / 8) + math.log(1 / 8)) / 2
    assert cross_entropy(logits, targets, all_known(targets)).item() == pytest.approx(both_known)


def test_cross_entropy_with_one_known_label_is_that_label_against_the_rest() -> None:
    logits, targets = torch.randn(2, 3, 8, 8), torch.zeros(2, 3, 8, 8)
    targets[:, 1] = torch.rand(2, 8, 8)
    known = torch.tensor([[False, True, False]]).expand(2, 3)
    expected = functional.binary_cross_entropy(probabilities(logits)[:, 1], targets[:, 1])
    torch.testing.assert_close(cross_entropy(logits, targets, known), expected)


def test_each_slice_is_judged_by_what_its_own_source_knows() -> None:
    logits, targets, known = some_slices()
    whole = cross_entropy(logits[:2], targets[:2], all_known(targets[:2]))
    partial = cross_entropy(logits[2:], targets[2:], CAVITY_ONLY)
    torch.testing.assert_close(cross_entropy(logits, targets, known), (2 * whole + partial) / 3)


@pytest.mark.parametrize("kind", LOSSES)
def test_what_is_said_of_an_unknown_label_does_not_matter(kind: str) -> None:
    # 1 : 2 : 5 and 3 : 2 : 3 both give the cavity 2 of 8 parts
    other = torch.log(torch.tensor([2 / 3, 1.0])).reshape(1, 2, 1, 1)
    targets = torch.zeros(1, 2, 6, 6)
    targets[0, 0, 1:3, 1:4] = 1
    losses = [segmentation_loss(odds.expand(1, 2, 6, 6), targets, CAVITY_ONLY, kind) for odds in (ODDS, other)]
    torch.testing.assert_close(losses[0], losses[1])
    of_known = [segmentation_loss(odds.expand(1, 2, 6, 6), targets, all_known(targets), kind) for odds in (ODDS, other)]
    assert abs(float(of_known[0] - of_known[1])) > 0.001


@pytest.mark.parametrize("kind", LOSSES)
def test_an_unknown_label_is_moved_only_together_with_the_background(kind: str) -> None:
    logits, targets, known = some_slices()
    logits.requires_grad_()
    segmentation_loss(logits, targets, known, kind).backward()
    assert logits.grad is not None
    slopes, chances = logits.grad[2], probabilities(logits.detach())[2]
    # the slopes of all logits, that of the background too, have the sum 0
    background_slope, background_chance = -slopes.sum(0), 1 - chances.sum(0)
    torch.testing.assert_close(slopes[1] * background_chance, background_slope * chances[1], atol=1e-7, rtol=1e-3)
    assert slopes[0].abs().max() > 1e-4


def test_dice_of_a_half_overlap() -> None:
    targets = torch.zeros(1, 1, 1, 40)
    targets[..., :20] = 1
    logits = torch.full((1, 1, 1, 40), -SURE)
    logits[..., 10:30] = SURE
    # 10 pixels of 20 and 20 in common
    expected = 1 - (2 * 10 + SMOOTH_PIXELS) / (20 + 20 + SMOOTH_PIXELS)
    assert dice_loss(logits, targets, all_known(targets)).item() == pytest.approx(expected, abs=1e-6)


def test_dice_is_the_mean_over_known_labels_only() -> None:
    targets = torch.zeros(2, 2, 1, 40)
    targets[:, 0, :, :10] = 1
    logits = torch.full((2, 2, 1, 40), -SURE)
    logits[:, 0, :, 5:15] = SURE  # half of each cavity
    logits[:, 1, :, 20:40] = SURE  # myocardium where there is none, which the second slice does not know
    cavity, myocardium = (2 * 5 + SMOOTH_PIXELS) / (20 + SMOOTH_PIXELS), SMOOTH_PIXELS / (20 + SMOOTH_PIXELS)
    known = torch.tensor([[True, True], [True, False]])
    assert dice_loss(logits, targets, known).item() == pytest.approx(1 - (2 * cavity + myocardium) / 3, abs=1e-6)
    both_known = 1 - (2 * cavity + 2 * myocardium) / 4
    assert dice_loss(logits, targets, all_known(targets)).item() == pytest.approx(both_known, abs=1e-6)


def test_every_slice_counts_the_same_however_small_its_cavity() -> None:
    targets = torch.zeros(2, 1, 100, 100)
    targets[0, :, :90] = 1
    targets[1, :, 0, :10] = 1
    missed_large, missed_small = (torch.where(targets > 0, SURE, -SURE) for _ in range(2))
    missed_large[0], missed_small[1] = -SURE, -SURE
    large, small = (dice_loss(one, targets, all_known(targets)).item() for one in (missed_large, missed_small))
    assert large == pytest.approx(0.5, abs=0.01)
    assert small == pytest.approx(0.5 * 10 / (10 + SMOOTH_PIXELS), abs=0.01)


def test_focal_loss_without_focus_is_cross_entropy() -> None:
    logits, targets, known = some_slices()
    torch.testing.assert_close(cross_entropy(logits, targets, known, 0.0), cross_entropy(logits, targets, known))
    assert float(cross_entropy(logits, targets, known, 1e-4)) == pytest.approx(
        float(cross_entropy(logits, targets, known)), rel=1e-3
    )


def test_focal_loss_of_an_easy_and_a_hard_pixel() -> None:
    logits = torch.tensor([math.log(3.0), -math.log(3.0)]).reshape(1, 1, 1, 2)  # 3/4 and 1/4 for the label
    targets = torch.ones(1, 1, 1, 2)
    easy, hard = (1 / 4) ** 2 * -math.log(3 / 4), (3 / 4) ** 2 * -math.log(1 / 4)
    assert FOCUS == 2
    assert segmentation_loss(logits, targets, all_known(targets), "focal").item() == pytest.approx((easy + hard) / 2)


def test_signed_distances_of_a_bar() -> None:
    targets = torch.zeros(1, 1, 1, 7)
    targets[..., 2:5] = 1
    expected = torch.tensor([2, 1, -1, -2, -1, 1, 2]) / BOUNDARY_REACH_PIXELS
    torch.testing.assert_close(signed_distances(targets).flatten(), expected)


def test_signed_distances_end_at_their_reach() -> None:
    targets = torch.zeros(1, 1, 1, 100)
    targets[..., :10] = 1
    distances = signed_distances(targets).flatten()
    assert distances[[10, 29, 30, 99]].tolist() == pytest.approx([1 / 20, 1, 1, 1])
    assert distances[0] == -10 / BOUNDARY_REACH_PIXELS


@pytest.mark.parametrize("share", [0.0, 1.0], ids=["empty", "full"])
def test_without_a_contour_there_is_no_distance(share: float) -> None:
    targets = torch.full((2, 1, 8, 8), share)
    assert not signed_distances(targets).any()
    assert boundary_loss(torch.full((2, 1, 8, 8), SURE), targets, all_known(targets)).item() == 0


def test_boundary_loss_of_a_shifted_bar() -> None:
    targets = torch.zeros(1, 1, 1, 7)
    targets[..., 2:5] = 1
    logits = torch.full((1, 1, 1, 7), -SURE)
    logits[..., 3:6] = SURE  # where the distances are -2, -1 and 1
    known = all_known(targets)
    assert boundary_loss(logits, targets, known).item() == pytest.approx((-2 - 1 + 1) / BOUNDARY_REACH_PIXELS / 7)
    perfect = torch.where(targets > 0, SURE, -SURE)
    assert boundary_loss(perfect, targets, known).item() == pytest.approx((-1 - 2 - 1) / BOUNDARY_REACH_PIXELS / 7)


def test_boundary_loss_leaves_unknown_labels_out() -> None:
    targets = torch.zeros(1, 2, 1, 7)
    targets[0, 0, 0, 2:5] = 1
    logits = torch.full((1, 2, 1, 7), -SURE)
    logits[0, 0, 0, 3:6] = SURE
    of_the_bar = (-2 - 1 + 1) / BOUNDARY_REACH_PIXELS / 7
    assert boundary_loss(logits, targets, CAVITY_ONLY).item() == pytest.approx(of_the_bar)
    of_both = of_the_bar / 2  # an empty label adds nothing
    assert boundary_loss(logits, targets, all_known(targets)).item() == pytest.approx(of_both)


def test_the_losses_by_their_names() -> None:
    logits, targets, known = some_slices()
    entropy, dice = cross_entropy(logits, targets, known), dice_loss(logits, targets, known)
    border = boundary_loss(logits, targets, known)
    expected = {
        "both": entropy + dice,
        "cross-entropy": entropy,
        "dice": dice,
        "focal": cross_entropy(logits, targets, known, FOCUS),
        "boundary": entropy + dice + BOUNDARY_SHARE * border,
    }
    assert set(LOSSES) == set(expected)
    for kind in LOSSES:
        torch.testing.assert_close(segmentation_loss(logits, targets, known, kind), expected[kind])


@pytest.mark.parametrize("kind", LOSSES)
def test_logits_of_bfloat16_give_a_loss_in_float32(kind: str) -> None:
    logits, targets, known = some_slices()
    rounded = logits.bfloat16()
    loss = segmentation_loss(rounded, targets, known, kind)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, segmentation_loss(rounded.float(), targets, known, kind))


@pytest.mark.parametrize("kind", LOSSES)
def test_however_sure_and_wrong_loss_and_slope_are_finite(kind: str) -> None:
    _, targets, known = some_slices()
    logits = torch.where(targets > 0, -1000.0, 1000.0).requires_grad_()
    loss = segmentation_loss(logits, targets, known, kind)
    loss.backward()
    assert torch.isfinite(loss)
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_nothing_found_where_nothing_is_costs_nothing() -> None:
    empty = torch.zeros(1, 1, 8, 8)
    assert segmentation_loss(empty - SURE, empty, all_known(empty), "both").item() == pytest.approx(0)


@pytest.mark.parametrize("kind", LOSSES)
def test_gradient_leads_to_the_target(kind: str) -> None:
    targets = (torch.rand(1, 2, 8, 8, generator=torch.Generator().manual_seed(1)) > 0.7).float()
    targets[:, 1] *= 1 - targets[:, 0]
    logits = torch.zeros(1, 2, 8, 8, requires_grad=True)
    optimizer = torch.optim.Adam([logits], lr=0.5)
    for _ in range(100):
        optimizer.zero_grad()
        segmentation_loss(logits, targets, all_known(targets), kind).backward()
        optimizer.step()
    assert torch.equal(probabilities(logits) > 0.5, targets > 0.5)


def test_slices_apart_are_learnt_in_the_last_outputs() -> None:
    outputs = torch.arange(3 * 4).reshape(3, 4, 1, 1) * torch.ones(3, 4, 2, 2)
    found = own_outputs(outputs, torch.tensor([False, True, False]), 2)
    assert found[..., 0, 0].tolist() == [[0.0, 1.0], [6.0, 7.0], [8.0, 9.0]]
    assert own_outputs(outputs[:, :2], torch.tensor([False, False, False]), 2).equal(outputs[:, :2])
