"""Slices without a ventricle: the wall goes and its surroundings come closer, or the cavity is filled with muscle."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from LVSegULib.training.absence import FAR, LEFT_TEXTURE, filled, without_wall
from LVSegULib.training.contraction import REACH

SIZE, RADIUS = 128, 20
MIDDLE = (SIZE - 1) / 2
BLOOD, WALL, BEYOND = 0.8, 0.2, 0.5
YES, NO = torch.tensor([True]), torch.tensor([False])


def distance() -> torch.Tensor:
    """From the image's centre, in pixels (SIZE, SIZE)."""
    along = torch.arange(SIZE) - MIDDLE
    return torch.hypot(along[:, None], along[None, :])


def the_cavity() -> torch.Tensor:
    return (distance() < RADIUS).float()[None, None]


def the_heart() -> torch.Tensor:
    """A bright cavity, a dark wall out to REACH radii, and something between the two around it."""
    image = torch.full((SIZE, SIZE), BEYOND)
    image[distance() < REACH * RADIUS] = WALL
    image[distance() < RADIUS] = BLOOD
    return image[None, None]


def identity(count: int = 1) -> torch.Tensor:
    return functional.affine_grid(torch.eye(2, 3).expand(count, 2, 3), [count, 1, SIZE, SIZE], align_corners=False)


def opened(image: torch.Tensor) -> torch.Tensor:
    grid = without_wall(identity(), the_cavity(), YES)
    return functional.grid_sample(image, grid, align_corners=False)[0, 0]


def test_the_cavity_stays_as_it_was() -> None:
    texture = torch.rand(1, 1, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    inside = distance() < RADIUS - 1
    torch.testing.assert_close(opened(texture)[inside], texture[0, 0][inside], atol=1e-4, rtol=0)


def test_the_wall_is_gone_and_what_lay_beyond_it_is_at_the_border() -> None:
    seen = opened(the_heart())
    outside = distance() > RADIUS + 3  # at the border itself, interpolation touches the wall's last pixels
    torch.testing.assert_close(seen[outside], torch.full_like(seen[outside], BEYOND))
    assert (the_heart()[0, 0][outside] == WALL).sum() > 1000


@pytest.mark.parametrize(("seen_at", "taken_from"), [(1.2, 1.725), (1.8, 2.1), (2.4, 2.475), (2.7, 2.7), (3.0, 3.0)])
def test_surroundings_are_drawn_in_along_the_radii(seen_at: float, taken_from: float) -> None:
    # from REACH to FAR becomes from 1 to FAR: 1.6 + (1.2 - 1) * (2.6 - 1.6) / (2.6 - 1) = 1.725
    assert (REACH, FAR) == (1.6, 2.6)
    shown = opened(distance()[None, None])[SIZE // 2, round(MIDDLE + seen_at * RADIUS)] / RADIUS
    assert float(shown) == pytest.approx(taken_from, abs=0.03)  # half a pixel is 0.025 radii


def test_far_away_nothing_moves() -> None:
    outside = distance() > FAR * RADIUS + 1
    torch.testing.assert_close(without_wall(identity(), the_cavity(), YES)[0][outside], identity()[0][outside])


def test_only_the_chosen_lose_their_wall() -> None:
    cavities = the_cavity().expand(2, 1, SIZE, SIZE)
    grid = without_wall(identity(2), cavities, torch.tensor([True, False]))
    torch.testing.assert_close(grid[1], identity()[0])
    assert (grid[0] - identity()[0]).abs().max() > 0.1
    assert torch.equal(without_wall(identity(), the_cavity(), NO), identity())


def test_around_an_empty_cavity_nothing_moves() -> None:
    torch.testing.assert_close(without_wall(identity(), torch.zeros(1, 1, SIZE, SIZE), YES), identity())


def test_a_filled_cavity_is_as_bright_as_its_wall() -> None:
    seen = filled(the_heart(), the_cavity(), YES)[0, 0]
    inside = seen[distance() < RADIUS - 3]
    torch.testing.assert_close(inside, torch.full_like(inside, WALL), atol=1e-4, rtol=0)
    assert seen[distance() < REACH * RADIUS].max() < (WALL + BLOOD) / 2  # the rim is a blend of the two
    around = distance() > RADIUS + 5
    assert torch.equal(seen[around], the_heart()[0, 0][around])


def test_a_little_of_its_texture_stays() -> None:
    middle = SIZE // 2
    image = the_heart()
    image[0, 0, :middle] += 0.05 * the_cavity()[0, 0, :middle]
    image[0, 0, middle:] -= 0.05 * the_cavity()[0, 0, middle:]
    seen = filled(image, the_cavity(), YES)[0, 0]
    assert seen[middle - 8, middle].item() == pytest.approx(WALL + LEFT_TEXTURE * 0.05, abs=1e-3)
    assert seen[middle + 8, middle].item() == pytest.approx(WALL - LEFT_TEXTURE * 0.05, abs=1e-3)


def test_what_is_darker_than_muscle_is_not_made_brighter() -> None:
    image = the_heart()
    image[0, 0, 60:68, 60:68] = 0.02
    assert torch.equal(filled(image, the_cavity(), YES)[0, 0, 60:68, 60:68], image[0, 0, 60:68, 60:68])


def test_only_the_chosen_are_filled() -> None:
    images, cavities = the_heart().repeat(2, 1, 1, 1), the_cavity().expand(2, 1, SIZE, SIZE)
    seen = filled(images, cavities, torch.tensor([False, True]))
    assert torch.equal(seen[0], the_heart()[0])
    assert not torch.equal(seen[1], the_heart()[0])
    assert torch.equal(images, the_heart().repeat(2, 1, 1, 1))
    assert torch.equal(filled(images, cavities, torch.tensor([False, False])), images)


def test_an_empty_cavity_is_not_filled() -> None:
    assert torch.equal(filled(the_heart(), torch.zeros(1, 1, SIZE, SIZE), YES), the_heart())
