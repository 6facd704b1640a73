"""Another contrast keeps the shapes, the mean, the spread and the range, and comes from the generator alone."""

from __future__ import annotations

import torch

from LVSegULib.training.texture import retextured

SIZE = 32


def a_heart(bright: float = 0.6, dark: float = 0.4) -> torch.Tensor:
    """A bright disc of 10 pixels' radius on a darker ground (1, SIZE, SIZE)."""
    along = torch.arange(SIZE) - (SIZE - 1) / 2
    inside = torch.hypot(along[:, None], along[None, :]) < 10
    return torch.where(inside, bright, dark)[None]


def generator(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def all_of(images: torch.Tensor) -> torch.Tensor:
    return torch.ones(len(images), dtype=torch.bool)


def test_mean_and_spread_are_kept() -> None:
    images = torch.stack([a_heart(0.55, 0.5), a_heart(0.3, 0.35), 0.5 + 0.04 * torch.rand(1, SIZE, SIZE)])
    varied = retextured(images, all_of(images), generator())
    assert 0 < varied.min() < varied.max() < 1  # so that nothing was cut off
    assert (varied - images).abs().max() > 0.005
    torch.testing.assert_close(varied.mean((1, 2, 3)), images.mean((1, 2, 3)), atol=1e-5, rtol=0)
    torch.testing.assert_close(varied.std((1, 2, 3)), images.std((1, 2, 3)), atol=1e-5, rtol=0)


def test_intensities_stay_between_0_and_1() -> None:
    images = torch.rand(16, 1, SIZE, SIZE, generator=generator()).round()  # as far apart as can be
    varied = retextured(images, all_of(images), generator())
    assert varied.min() >= 0
    assert varied.max() <= 1


def test_those_that_are_not_chosen_stay_bit_for_bit() -> None:
    images = torch.rand(4, 1, SIZE, SIZE, generator=generator())
    before, chosen = images.clone(), torch.tensor([False, True, False, True])
    varied = retextured(images, chosen, generator())
    assert torch.equal(varied[~chosen], before[~chosen])
    assert all(not torch.equal(varied[index], before[index]) for index in (1, 3))
    assert torch.equal(images, before)


def test_where_none_is_chosen_nothing_is_drawn() -> None:
    images, random = torch.rand(3, 1, SIZE, SIZE), generator()
    before = random.get_state()
    assert torch.equal(retextured(images, torch.zeros(3, dtype=torch.bool), random), images)
    assert torch.equal(random.get_state(), before)


def test_every_random_number_comes_from_the_generator() -> None:
    images, state = a_heart()[None], torch.get_rng_state()
    first, again, other = (retextured(images, all_of(images), generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), state)


def test_every_slice_has_a_contrast_of_its_own() -> None:
    images = a_heart().expand(64, 1, SIZE, SIZE)
    varied = retextured(images, all_of(images), generator())
    middle = varied[:, 0, 13:19, 13:19].mean((1, 2))  # well inside the disc
    ground = varied[:, 0, :2, :].mean((1, 2))
    assert (middle > ground).sum() > 3
    assert (middle < ground).sum() > 3  # of 64: tissues have changed places
    assert len(torch.unique((middle - ground).round(decimals=4))) > 32


def test_tissues_stay_where_they_are() -> None:
    images = a_heart().expand(16, 1, SIZE, SIZE)
    varied = retextured(images, all_of(images), generator())
    # four convolutions reach 4 pixels: further than that from the border, a tissue has one brightness
    spread = varied[:, 0, 13:19, 13:19].std((1, 2)), varied[:, 0, :2, :2].std((1, 2))
    assert max(float(values.max()) for values in spread) < 1e-5


def test_an_image_without_contrast_stays_flat() -> None:
    images = torch.full((2, 1, SIZE, SIZE), 0.3)
    torch.testing.assert_close(retextured(images, all_of(images), generator()), images)
