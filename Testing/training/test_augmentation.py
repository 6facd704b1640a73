"""Augmentation varies images and targets alike, within the reach that is configured, and only from its generator."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from LVSegULib.errors import UsageError
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
    closing=0,
    opening=0,
    texture=0,
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
    assert torch.corrcoef(moved.T)[0, 1].abs() < 0.5  # along each axis by another distance


def test_a_share_of_the_slices_is_turned_by_any_angle() -> None:
    found = centres(augmented(any_rotation=0.25)[1])
    assert 10 < int(((found - torch.tensor([-4.0, 8.0])).norm(dim=1) > 0.1).sum()) < 23
    angles = torch.rad2deg(torch.atan2(found[:, 0], found[:, 1]))
    assert all(((angles > low) & (angles < low + 90)).any() for low in (-180, -90, 0, 90))


def test_stretch_makes_one_side_longer_by_as_much_as_the_other_gets_shorter() -> None:
    images = torch.zeros(64, 1, 48, 48)
    images[:, :, 16:32, 16:32] = 1
    config = dataclasses.replace(NOTHING, stretch=0.5)
    _, targets = Augmentation(config, 2.0, 48)(images, images, torch.Generator().manual_seed(5))
    wide, tall = targets[:, 0, 24].sum(1), targets[:, 0, :, 24].sum(1)
    torch.testing.assert_close(wide * tall, torch.full((64,), 256.0), rtol=0.02, atol=0)
    assert 1 / 1.53 < (wide / tall).min() < 0.8 and 1.25 < (wide / tall).max() < 1.53
    turned = Augmentation(dataclasses.replace(config, rotation_degrees=180), 2.0, 48)
    areas = turned(images, images, torch.Generator().manual_seed(5))[1].sum((1, 2, 3))
    torch.testing.assert_close(areas, torch.full((64,), 256.0), rtol=0.02, atol=0)


def test_a_bend_moves_each_place_by_another_distance_of_so_many_millimetres() -> None:
    """Of an image that holds its own columns, bent by up to 6 mm: 3 pixels, and a little more between the nodes."""
    ramp = torch.arange(48.0).expand(64, 1, 48, 48)
    seen, _ = Augmentation(dataclasses.replace(NOTHING, bend_mm=6.0), 2.0, 32)(
        ramp, ramp, torch.Generator().manual_seed(5)
    )
    moved = seen - ramp[..., 8:40, 8:40]
    assert 2.5 < moved.abs().max() < 4.5
    assert moved.std((1, 2, 3)).min() > 0.3


def test_a_third_of_the_cavities_shrinks_down_to_half_their_radius() -> None:
    _, targets = varied_hearts(contraction=0.5)
    plain = hearts(22.0)[1]
    shares = targets[:, 0].sum((1, 2)) / plain[:, 0].sum((1, 2))
    assert 12 < int((shares < 0.98).sum()) < 32
    assert 0.24 < shares.min() < 0.4 and shares.max() < 1.02
    whole = targets.sum((1, 2, 3)) / plain.sum((1, 2, 3))
    torch.testing.assert_close(whole, torch.ones(64), atol=0.05, rtol=0)  # the wall is as much thicker


def of_one_value(value: float, **changes: float) -> torch.Tensor:
    """What becomes of 64 images of one value, 32 pixels wide (N, H, W)."""
    config = dataclasses.replace(NOTHING, **changes)  # type: ignore[arg-type]
    images = torch.full((64, 1, 32, 32), value)
    return Augmentation(config, 2.0, 32)(images, images, torch.Generator().manual_seed(2))[0][:, 0]


def test_intensities_vary_as_far_as_is_configured() -> None:
    power = of_one_value(0.5, contrast=0.5).log() / torch.tensor(0.5).log()
    assert 1 / 1.5 <= power.min() < 0.72 and 1.4 < power.max() <= 1.5
    added = of_one_value(0.0, brightness=0.2)[:, 0, 0]
    factor = (of_one_value(0.5, brightness=0.2)[:, 0, 0] - added) / 0.5
    for found in (added, factor - 1):
        assert -0.2001 < found.min() < -0.15 and 0.15 < found.max() < 0.2001
    field = of_one_value(0.5, bias_field=0.3) / 0.5 - 1
    assert 0.25 < field.abs().max() < 0.45  # a little more between the nodes
    assert field.std((1, 2)).min() > 0.03
    assert field.diff(dim=2).abs().max() < 0.1  # smooth: from node to node are ten pixels
    spread = of_one_value(0.5, noise=0.1).std((1, 2))
    assert spread.min() < 0.02 and 0.08 < spread.max() < 0.107


@pytest.mark.parametrize(
    "change",
    [
        {"contrast": 0.5},
        {"brightness": 0.2},
        {"bias_field": 0.3},
        {"noise": 0.1},
        {"low_resolution": 2.0},
        {"texture": 1.0},
    ],
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
    if "low_resolution" in change:
        torch.testing.assert_close(varied[3:], plain[3:], atol=1e-5, rtol=0)  # a third of them gets larger pixels


def test_only_the_share_that_is_configured_gets_another_contrast() -> None:
    images = torch.rand(64, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    config = dataclasses.replace(NOTHING, texture=0.25)
    varied, _ = Augmentation(config, 2.0, 16)(images, images, torch.Generator().manual_seed(2))
    other = (varied - images).abs().amax((1, 2, 3)) > 0.01
    assert 6 < int(other.sum()) < 26


def hearts(radius_mm: float, count: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    """Bright cavities in dark walls on 2 mm pixels, and two labels: the cavity, and the wall around it."""
    along = 2.0 * (torch.arange(64) - 31.5)
    distance = torch.hypot(along[:, None], along[None, :])
    cavity, heart = distance < radius_mm, distance < 1.6 * radius_mm
    image = torch.where(cavity, 0.8, torch.where(heart, 0.2, 0.5))
    targets = torch.stack([cavity, heart & ~cavity]).float()
    return image.expand(count, 1, 64, 64), targets.expand(count, 2, 64, 64)


def varied_hearts(radius_mm: float = 22.0, **changes: float) -> tuple[torch.Tensor, torch.Tensor]:
    config = dataclasses.replace(NOTHING, **changes)  # type: ignore[arg-type]
    return Augmentation(config, 2.0, 64)(*hearts(radius_mm), torch.Generator().manual_seed(5))


@pytest.mark.parametrize("change", ["opening", "closing"])
def test_slices_that_lose_their_ventricle_have_no_label_and_the_others_stay(change: str) -> None:
    images, targets = varied_hearts(**{change: 0.5})
    plain_images, plain_targets = hearts(22.0)
    is_empty = targets.sum((1, 2, 3)) == 0
    assert 16 < int(is_empty.sum()) < 48
    torch.testing.assert_close(targets[~is_empty], plain_targets[~is_empty])
    torch.testing.assert_close(images[~is_empty], plain_images[~is_empty])
    assert ((images - plain_images).abs().amax((1, 2, 3)) > 0.2).equal(is_empty)


def test_an_opened_slice_keeps_its_cavity_and_a_closed_one_its_surroundings() -> None:
    opened, closed = varied_hearts(opening=1.0)[0], varied_hearts(closing=1.0)[0]
    middle, wall, beyond = (..., 32, 32), (..., 32, 32 + 14), (..., 32, 32 + 24)  # 28 and 48 mm out
    assert [float(opened[0][place]) for place in (middle, wall, beyond)] == pytest.approx([0.8, 0.5, 0.5], abs=0.02)
    assert [float(closed[0][place]) for place in (middle, wall, beyond)] == pytest.approx([0.2, 0.2, 0.5], abs=0.02)


def test_a_narrow_cavity_keeps_its_wall() -> None:
    images, targets = varied_hearts(16.0, opening=1.0)  # narrower than 18 mm
    torch.testing.assert_close(images, hearts(16.0)[0])
    torch.testing.assert_close(targets, hearts(16.0)[1])


def test_no_slice_is_opened_and_closed() -> None:
    images, targets = varied_hearts(opening=0.7, closing=0.7)
    assert not targets.any()
    is_bright = images[:, 0, 32, 32] > 0.7
    has_wall = images[:, 0, 32, 46] < 0.3
    assert is_bright.equal(~has_wall)  # opened: bright without wall; closed: dark with one
    assert 0 < int(is_bright.sum()) < 64


def test_where_there_is_no_cavity_other_labels_stay() -> None:
    images, targets = hearts(22.0, count=8)
    targets = targets.clone()
    targets[:, 0] = 0  # a slice below the apex, or of a data set that knows the wall only
    config = dataclasses.replace(NOTHING, opening=1.0, closing=1.0)
    seen, kept = Augmentation(config, 2.0, 64)(images, targets, torch.Generator().manual_seed(5))
    torch.testing.assert_close(kept, targets)
    torch.testing.assert_close(seen, images)


def test_same_generator_same_batch_and_another_seed_another() -> None:
    images = torch.rand(4, 1, 48, 48)
    augmentation = Augmentation(AugmentationConfig(texture=0.5, contraction=0.3), 1.4, 32)
    first, again, other = (augmentation(images, images, torch.Generator().manual_seed(seed))[0] for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_global_random_numbers_are_left_alone() -> None:
    before = torch.get_rng_state()
    augmented(rotation_degrees=90.0, noise=0.1, low_resolution=2.0, texture=0.5, opening=0.5, closing=0.5)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *(("texture", 1.5), ("opening", -0.1), ("contraction", 1.0), ("scale", 0.5), ("bend_mm", -2.0)),
        *(("noise", -1.0), ("noise", 1.5), ("low_resolution", 1000.0)),
    ],
)
def test_an_impossible_strength_is_refused_by_name(setting: str, value: float) -> None:
    with pytest.raises(UsageError, match=setting):
        AugmentationConfig(**{setting: value})
