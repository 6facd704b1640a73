"""A step of training learns from slices of its own, at the rate of its number, by the loss that is asked for."""

from __future__ import annotations

import copy
import dataclasses

import pytest
import torch

from LVSegULib.training.augmentation import Augmentation
from LVSegULib.training.config import TrainingConfig
from LVSegULib.training.data import Slices
from LVSegULib.training.device import Place
from LVSegULib.training.loop import Batch, _next_batch, _step
from LVSegULib.training.loss import segmentation_loss
from LVSegULib.training.state import learning_rate, new_state

CONFIG = TrainingConfig(filters=(2, 4), steps=100, warmup_steps=10, size=16, crop=16, batch_size=3)
CPU = torch.device("cpu")


def test_every_step_of_every_process_has_slices_of_its_own_and_the_rate_of_its_number() -> None:
    images = torch.randint(0, 256, (50, 1, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    known = torch.zeros(50, 1, dtype=torch.bool)
    slices = Slices(images, images, torch.zeros(50, dtype=torch.long), ("a",), known)
    augment, state = Augmentation(CONFIG.augmentation, CONFIG.spacing_mm, 16), new_state(CONFIG, CPU)
    seen = []
    for step, rank in ((0, 0), (0, 1), (1, 0), (55, 1)):
        place = Place(CPU, bf16=False, rank=rank, world=2)
        batch, again = (_next_batch(CONFIG, place, step, slices, augment) for _ in range(2))
        assert torch.equal(batch.images, again.images) and not batch.known.any()
        state.step = step
        _step(state.network, state, CONFIG, place, batch)
        assert [group["lr"] for group in state.optimizer.param_groups] == [learning_rate(CONFIG, step)] * 2
        seen.append(batch.images)
    assert len(torch.unique(torch.stack(seen), dim=0)) == 4


@pytest.mark.parametrize("kind", ["dice", "focal"])
def test_a_step_goes_by_the_loss_that_is_configured_and_by_what_is_known(kind: str) -> None:
    images = torch.rand(3, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    known, apart = torch.tensor([[True], [True], [False]]), torch.zeros(3, dtype=torch.bool)
    targets = images.round() * known[:, :, None, None]
    config = dataclasses.replace(CONFIG, loss=kind)
    state = new_state(config, CPU)
    expected = segmentation_loss(copy.deepcopy(state.network)(images), targets, known, kind)
    found = _step(state.network, state, config, Place(CPU, bf16=False), Batch(images, targets, known, apart))
    torch.testing.assert_close(found, expected.detach())
