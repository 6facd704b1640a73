"""The training loop: a step is a function of the seed and its number, so that a resumed run ends the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from LVSegULib.segmentation.look import told_pixel_mm
from LVSegULib.training.augmentation import Augmentation
from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.data import Slices
from LVSegULib.training.device import Place
from LVSegULib.training.loss import own_outputs, segmentation_loss
from LVSegULib.training.normalisation import adopt_statistics
from LVSegULib.training.state import TrainingState, learning_rate
from LVSegULib.training.validate import Validation, validate

STEPS_BETWEEN_REPORTS = 10
STREAMS = 1_000_003

BATCHES_OF_STATISTICS = 8
"""How many batches the batch norm of a network that training starts from is fitted to."""


@dataclass(frozen=True)
class Batch:
    """A step's slices (N, 1, H, W), what is to be found in them (N, C, H, W), and which labels are known (N, C).

    `apart` tells which slices are learnt in outputs of their own (N,).
    """

    images: Tensor
    targets: Tensor
    known: Tensor
    apart: Tensor


@dataclass(frozen=True)
class StepReport:
    """How training goes, every few steps.

    Attributes:
        step: steps done.
        loss: mean loss since the last report.
        learning_rate: of the last step.
        seconds: since the loop started.
        is_due: whether validation is due, and all that the run leaves: every `validate_every` steps, and at the last.
        validation: Dice per patient where it is due; None where nobody is kept back for it.
    """

    step: int
    loss: float
    learning_rate: float
    seconds: float
    is_due: bool
    validation: Validation | None = None


def train_steps(
    state: TrainingState,
    config: TrainingConfig,
    place: Place,
    training: Slices,
    validation: Slices | None,
    report: Callable[[StepReport], None],
) -> None:
    """Train `state` from the step it is at to the last, in place, and report on the way."""
    augment = Augmentation(config.augmentation, told_pixel_mm(config.grid), config.crop)
    if config.start and state.step == 0:
        some = [_next_batch(config, place, step, training, augment).images for step in range(BATCHES_OF_STATISTICS)]
        for one in (state.network, state.averaged):
            adopt_statistics(one, some)
    network = _runnable(state.network.train(), config, place)
    started, losses = time.monotonic(), torch.zeros((), device=place.device)
    reported = state.step
    while state.step < config.steps:
        losses += _step(network, state, config, place, _next_batch(config, place, state.step, training, augment))
        state.step += 1
        is_due = state.step % config.validate_every == 0 or state.step == config.steps
        if not is_due and state.step % STEPS_BETWEEN_REPORTS:
            continue
        result = None
        if is_due and validation is not None and place.is_first:
            result = validate(state.averaged, validation, place)
        loss, rate = float(losses) / (state.step - reported), learning_rate(config, state.step - 1)
        report(StepReport(state.step, loss, rate, time.monotonic() - started, is_due, result))
        losses.zero_()
        reported = state.step


def _runnable(network: nn.Module, config: TrainingConfig, place: Place) -> Callable[[Tensor], Tensor]:
    if place.world > 1:
        network = DistributedDataParallel(network)
    return cast(Callable[[Tensor], Tensor], torch.compile(network) if config.compile else network)


def _next_batch(config: TrainingConfig, place: Place, step: int, training: Slices, augment: Augmentation) -> Batch:
    stream = (config.seed * STREAMS + step) * place.world + place.rank
    drawing = torch.Generator().manual_seed(stream)
    varying = torch.Generator(place.device).manual_seed(stream)
    chosen = training.draw(config.batch_size, drawing)
    images, targets = augment(*training.batch(chosen, place.device), varying)
    known, apart = training.known[chosen].to(place.device), training.are_apart(chosen).to(place.device)
    return Batch(images, targets, known, apart)


def _step(
    network: Callable[[Tensor], Tensor],
    state: TrainingState,
    config: TrainingConfig,
    place: Place,
    batch: Batch,
) -> Tensor:
    for group in state.optimizer.param_groups:
        group["lr"] = learning_rate(config, state.step)
    autocast = torch.autocast(place.device.type, torch.bfloat16) if place.bf16 else nullcontext()
    with autocast:
        outputs = network(batch.images.contiguous(memory_format=torch.channels_last))
    logits = own_outputs(outputs, batch.apart, batch.targets.shape[1])
    loss = segmentation_loss(logits, batch.targets, batch.known, config.loss)
    state.optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(state.network.parameters(), 1.0)
    state.optimizer.step()
    state.average.update_parameters(state.network)
    return loss.detach()
