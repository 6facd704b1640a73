"""Validation by patient: the Dice of each label over all slices of a patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from LVSegULib.network.unet import UNet
from LVSegULib.training.data import Slices
from LVSegULib.training.device import Place
from LVSegULib.training.loss import own_outputs

BATCH = 32


@dataclass(frozen=True)
class Validation:
    """Dice of each patient and label (P, C), on the network's grid; NaN where a patient lacks the label."""

    patients: tuple[str, ...]
    dice: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """Mean over patients and labels; NaN where there is none."""
        return float(np.nanmean(self.dice)) if np.isfinite(self.dice).any() else float("nan")


@torch.inference_mode()
def validate(network: UNet, slices: Slices, place: Place) -> Validation:
    """Dice per patient of `network` in evaluation mode; a pixel counts where the label covers more than half of it."""
    was_training = network.training
    network.eval()
    counts = torch.zeros(3, len(slices.names), slices.targets.shape[1], dtype=torch.float64)
    for chosen in torch.arange(len(slices)).split(BATCH):
        images, targets = slices.batch(chosen, place.device)
        with torch.autocast(place.device.type, torch.bfloat16, enabled=place.bf16):
            outputs = network(images.to(memory_format=torch.channels_last))
        apart = slices.are_apart(chosen).to(place.device)
        predicted = is_found(own_outputs(outputs, apart, targets.shape[1]))
        reference = targets > 0.5
        knows = slices.known[chosen].to(place.device)[:, :, None, None]
        for row, mask in enumerate((predicted & reference, predicted & knows, reference)):
            counts[row].index_add_(0, slices.patients[chosen], mask.sum((2, 3)).cpu().double())
    network.train(was_training)
    overlap, predicted_sum, reference_sum = counts.numpy()
    with np.errstate(invalid="ignore"):
        dice = np.where(reference_sum > 0, 2 * overlap / (predicted_sum + reference_sum), np.nan)
    return Validation(slices.names, dice)


def is_found(logits: Tensor) -> Tensor:
    """Where each label has the largest of `logits` (N, C, H, W), with a background of 0 that wins ties."""
    best = torch.cat([torch.zeros_like(logits[:, :1]), logits], 1).argmax(1, keepdim=True)
    return best == torch.arange(1, logits.shape[1] + 1, device=logits.device)[None, :, None, None]
