"""Augmentation varies images and targets alike, within the reach that is configured, and only from its generator."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from LVSegULib.training.augmentation import Augmentation
from LVSegULib.training.augmentation_config import AugmentationConfig

NOTHING = AugmentationConfig(
    rotation_degrees=0,
    any_rotation=0,
    flip=False,
    scale=1,
    stretch=0,
    shift_mm=0,
    bend_mm=0,
    contraction=0,
    contrast=0,
    brightness=0,
    bias_field=0,
    noise=0,
    low_resolution=1,
)


def augmented(size: int = 48, crop: int = 32, **changes: object) -> tuple[torch.Tensor, torch.Tensor]:
    """A bright spot of 4 x 4 pixels, 8 right of and 4 above the centre, before and after."""
    config = dataclasses.replace(NOTHING, **changes)  # type: ignore[arg-type]
    images = torch.zeros(64, 1, size, size)
    middle = size // 2
    images[:, :, middle - 6 : middle - 2, middle + 6 : middle + 10] = 1
    return Augmentation(config, spacing_mm=2.0, crop=crop)(images, images.clone(), torch.Generator().manual_seed(5))


def centres(targets: torch.Tensor) -> torch.Tensor:
    """Centre of mass (row, column) of each target, from the image's centre, in pixels."""
    size = targets.shape[-1]
    along = torch.arange(size) - (size - 1) / 2
    mass = targets.sum((1, 2, 3))
    return torch.stack([(targets.sum((1, 3)) * along).sum(1) / mass, (targets.sum((1, 2)) * along).sum(1) / mass], 1)


def test_with_everything_off_the_middle_is_cut_out() -> None:
    images, targets = augmented()
    expected = torch.zeros(32, 32)
    expected[10:14, 22:26] = 1
    assert images.shape == targets.shape == (64, 1, 32, 32)
    torch.testing.assert_close(targets, expected.expand(64, 1, 32, 32))
    torch.testing.assert_close(images, targets)


def test_rotation_keeps_the_distance_from_the_centre() -> None:
    _, targets = augmented(rotation_degrees=180.0)
    found = centres(targets)
    torch.testing.assert_close(found.norm(dim=1), torch.full((64,), (4.0**2 + 8.0**2) ** 0.5), atol=0.15, rtol=0)
    angles = torch.rad2deg(torch.atan2(found[:, 0], found[:, 1]))
    assert all(((angles > low) & (angles < low + 90)).any() for low in (-180, -90, 0, 90))


def test_flip_mirrors_about_half_of_the_slices() -> None:
    columns = centres(augmented(flip=True)[1])[:, 1]
    torch.testing.assert_close(columns.abs(), torch.full((64,), 8.0), atol=0.01, rtol=0)
    assert 16 < int((columns < 0).sum()) < 48


def test_scale_changes_area_by_its_square_at_most() -> None:
    areas = augmented(scale=1.25)[1].sum((1, 2, 3)) / 16
    assert areas.min() > 0.95 / 1.25**2
    assert areas.max() < 1.05 * 1.25**2
    assert areas.std() > 0.1


def test_shift_is_in_millimetres() -> None:
    moved = centres(augmented(shift_mm=6.0)[1]) - torch.tensor([-4.0, 8.0])
    assert moved.abs().max() < 3.01  # 6 mm are 3 pixels of 2 mm
    assert moved.abs().max() > 2.5


@pytest.mark.parametrize(
    "change",
    [{"contrast": 0.5}, {"brightness": 0.2}, {"bias_field": 0.3}, {"noise": 0.1}, {"low_resolution": 2.0}],
    ids=lambda change: next(iter(change)),
)
def test_intensity_changes_leave_the_targets_alone(change: dict[str, float]) -> None:
    size, crop = 48, 32
    images = torch.rand(9, 1, size, size, generator=torch.Generator().manual_seed(1))
    plain = images[:, :, 8:40, 8:40]
    config = dataclasses.replace(NOTHING, **change)  # type: ignore[arg-type]
    varied, targets = Augmentation(config, 2.0, crop)(images, images, torch.Generator().manual_seed(2))
    torch.testing.assert_close(targets, plain, atol=1e-5, rtol=0)
    assert (varied - plain).abs().max() > 0.02


def test_same_generator_same_batch_and_another_seed_another() -> None:
    images = torch.rand(4, 1, 48, 48)
    augmentation = Augmentation(AugmentationConfig(), 1.4, 32)
    first, again, other = (augmentation(images, images, torch.Generator().manual_seed(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_global_random_numbers_are_left_alone() -> None:
    before = torch.get_rng_state()
    augmented(rotation_degrees=90.0, noise=0.1, low_resolution=2.0)
    assert torch.equal(before, torch.get_rng_state())
