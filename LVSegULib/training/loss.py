"""What training minimises: Dice plus cross-entropy, with an implied background logit of zero."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SMOOTH_PIXELS = 5.0


def probabilities(logits: Tensor) -> Tensor:
    """Softmax over labels and background, labels only (N, C, H, W); the sigmoid where there is one label."""
    background = torch.zeros_like(logits[:, :1])
    return torch.softmax(torch.cat([background, logits], 1), 1)[:, 1:]


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy against the share of each pixel that a label covers; both (N, C, H, W)."""
    background = torch.zeros_like(logits[:, :1])
    rest = (1 - targets.sum(1, keepdim=True)).clamp(min=0)
    return functional.cross_entropy(torch.cat([background, logits], 1), torch.cat([rest, targets], 1))


def dice_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """One minus the soft Dice of each slice and label, averaged over both.

    Milletari, Navab, Ahmadi: V-Net, 3DV 2016, doi 10.1109/3DV.2016.79, without the squares. `SMOOTH_PIXELS` keeps a
    slice without the label from asking for perfection: empty against nearly empty costs nearly nothing.
    """
    predicted = probabilities(logits)
    overlap = (predicted * targets).sum((2, 3))
    total = predicted.sum((2, 3)) + targets.sum((2, 3))
    return 1 - ((2 * overlap + SMOOTH_PIXELS) / (total + SMOOTH_PIXELS)).mean()


def segmentation_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Dice loss plus cross-entropy, in float32 whatever the network ran in."""
    logits = logits.float()
    return dice_loss(logits, targets) + cross_entropy(logits, targets)
