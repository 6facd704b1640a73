"""What training minimises: Dice plus cross-entropy by default, with an implied background logit of zero.

Data sets need not have all labels: where a slice's source does not know a label, its pixels count as background of the
slice, and what the network says there about the label is added to the background. So a set with cavities only teaches
where the cavity is, and nothing about the myocardium (the marginal loss of Shi and others: Med Image Anal 2021,
doi 10.1016/j.media.2021.101979).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

SMOOTH_PIXELS = 5.0

FOCUS = 2.0
"""Exponent of the focal loss."""

BOUNDARY_SHARE = 0.5
"""Weight of the boundary term beside Dice and cross-entropy."""

BOUNDARY_REACH_PIXELS = 20.0
"""Distance from the contour that counts as 1 in the boundary term; further away counts the same."""


def probabilities(logits: Tensor) -> Tensor:
    """Softmax over labels and background, labels only (N, C, H, W); the sigmoid where there is one label."""
    return _log_probabilities(logits)[:, 1:].exp()


def cross_entropy(logits: Tensor, targets: Tensor, known: Tensor, focus: float = 0.0) -> Tensor:
    """Mean cross-entropy against the share of each pixel that a label covers.

    Args:
        logits: (N, C, H, W).
        targets: (N, C, H, W) in 0..1, 0 for labels that are not known.
        known: which labels each slice's source knows (N, C), bool.
        focus: exponent of the focal loss, which lets easy pixels count less (Lin and others: ICCV 2017,
            doi 10.1109/ICCV.2017.324); 0 is plain cross-entropy.
    """
    logs = _log_probabilities(logits)
    unknown = logs[:, 1:].masked_fill(known[:, :, None, None], -torch.inf)
    background = torch.cat([logs[:, :1], unknown], 1).logsumexp(1)
    logs = torch.cat([background[:, None], logs[:, 1:]], 1)
    shares = torch.cat([(1 - targets.sum(1, keepdim=True)).clamp(min=0), targets], 1)
    costs = -shares * logs
    if focus:
        costs = costs * (1 - logs.exp()).clamp(min=0) ** focus
    return costs.sum(1).mean()


def dice_loss(logits: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    """One minus the soft Dice of each slice and known label, averaged over them.

    Milletari, Navab, Ahmadi: V-Net, 3DV 2016, doi 10.1109/3DV.2016.79, without the squares. `SMOOTH_PIXELS` keeps a
    slice without the label from asking for perfection: empty against nearly empty costs nearly nothing.
    """
    predicted = probabilities(logits)
    overlap = (predicted * targets).sum((2, 3))
    total = predicted.sum((2, 3)) + targets.sum((2, 3))
    dice = (2 * overlap + SMOOTH_PIXELS) / (total + SMOOTH_PIXELS)
    return 1 - dice[known].mean()


def boundary_loss(logits: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    """Mean of each label's probability times the signed distance to its reference contour, negative inside.

    Kervadec and others: Med Image Anal 2021, doi 10.1016/j.media.2020.101851. Slices without the label are left out.
    """
    distances = signed_distances(targets)
    costs = (probabilities(logits) * distances).mean((2, 3))
    return costs[known].mean()


def signed_distances(targets: Tensor) -> Tensor:
    """Distance of each pixel to the border of its label (N, C, H, W), negative inside, in -1..1; 0 without label."""
    from scipy.ndimage import distance_transform_edt

    inside = (targets > 0.5).cpu().numpy()
    found = np.zeros(inside.shape, np.float32)
    for place in np.ndindex(inside.shape[:2]):
        if inside[place].any() and not inside[place].all():
            found[place] = distance_transform_edt(~inside[place]) - distance_transform_edt(inside[place])
    return torch.from_numpy(found / BOUNDARY_REACH_PIXELS).clamp(-1, 1).to(targets.device)


def segmentation_loss(logits: Tensor, targets: Tensor, known: Tensor, kind: str) -> Tensor:
    """The loss of the name `kind`, in float32 whatever the network ran in; see `cross_entropy` for the rest."""
    return _LOSSES[kind](logits.float(), targets, known)


def own_outputs(outputs: Tensor, apart: Tensor, labels: int) -> Tensor:
    """The outputs that each slice is learnt in (N, C, H, W): the first `labels`, the last where it is `apart` (N,)."""
    return torch.where(apart[:, None, None, None], outputs[:, -labels:], outputs[:, :labels])


def _both(logits: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    return dice_loss(logits, targets, known) + cross_entropy(logits, targets, known)


def _focal(logits: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    return cross_entropy(logits, targets, known, FOCUS)


def _boundary(logits: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    return _both(logits, targets, known) + BOUNDARY_SHARE * boundary_loss(logits, targets, known)


_LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "both": _both,
    "cross-entropy": cross_entropy,
    "dice": dice_loss,
    "focal": _focal,
    "boundary": _boundary,
}


def _log_probabilities(logits: Tensor) -> Tensor:
    """Logarithms of the probabilities of background and labels (N, 1 + C, H, W)."""
    return torch.log_softmax(torch.cat([torch.zeros_like(logits[:, :1]), logits], 1), 1)
