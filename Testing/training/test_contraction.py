"""Contraction shrinks the cavity by the factor that is asked for, in its place, and leaves the surroundings alone."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from LVSegULib.training.contraction import REACH, along_radii, centre_and_radius, contracted

SIZE = 128


def a_disc(radius: float) -> torch.Tensor:
    along = torch.arange(SIZE) - (SIZE - 1) / 2
    distance = torch.hypot(along[:, None] - 10, along[None, :] + 6)  # 10 down, 6 to the left of the centre
    return (distance < radius).float()[None, None]


def identity() -> torch.Tensor:
    return functional.affine_grid(torch.eye(2, 3)[None], [1, 1, SIZE, SIZE], align_corners=False)


@pytest.mark.parametrize("factor", [0.5, 0.7, 1.0])
def test_the_radius_is_multiplied_by_the_factor(factor: float) -> None:
    cavity = a_disc(20)
    grid = contracted(identity(), cavity, torch.tensor([factor]))
    smaller = functional.grid_sample(cavity, grid, align_corners=False)
    assert (smaller > 0.5).sum().item() == pytest.approx(cavity.sum().item() * factor**2, rel=0.03)
    rows, columns = torch.nonzero(smaller[0, 0] > 0.5).float().mean(0) - (SIZE - 1) / 2
    assert rows.item() == pytest.approx(10, abs=0.2)
    assert columns.item() == pytest.approx(-6, abs=0.2)


def test_beyond_the_wall_nothing_moves_and_nothing_folds() -> None:
    cavity = a_disc(20)
    grid = contracted(identity(), cavity, torch.tensor([0.5]))
    outside = a_disc(REACH * 20 + 1)[0, 0] == 0
    torch.testing.assert_close(grid[0][outside], identity()[0][outside])
    row = SIZE // 2 + 10
    assert (grid[0, row, 1:, 0] - grid[0, row, :-1, 0] > 0).all()


def test_points_are_taken_from_where_the_source_says() -> None:
    grid = along_radii(identity(), a_disc(20), lambda r: r / 2)
    twice_as_wide = functional.grid_sample(a_disc(20), grid, align_corners=False)
    differs = (twice_as_wide > 0.5) != (a_disc(40) > 0.5)
    assert int(differs.sum()) < 0.4 * 2 * math.pi * 40  # less than half of the pixels along the border


def test_a_source_that_moves_nothing_leaves_the_grid() -> None:
    torch.testing.assert_close(along_radii(identity(), a_disc(20), lambda r: r), identity())


def test_each_slice_has_its_own_centre_and_radius_and_an_empty_one_has_none() -> None:
    cavities = torch.zeros(2, 1, 10, 20)
    cavities[0, 0, 2:4, 15:19] = 1  # 8 pixels around row 2.5 and column 16.5, counted from 0
    centre, radius = centre_and_radius(cavities)
    # pixel n of 20 has its centre at (2 n + 1) / 20 - 1
    assert centre[0].tolist() == pytest.approx([(2 * 16.5 + 1) / 20 - 1, (2 * 2.5 + 1) / 10 - 1])
    assert radius.tolist() == pytest.approx([math.sqrt(8 / math.pi) * 2 / 20, math.inf])
    torch.testing.assert_close(
        along_radii(identity(), torch.zeros(1, 1, SIZE, SIZE), lambda r: torch.zeros_like(r)), identity()
    )


def test_an_empty_slice_is_left_alone() -> None:
    torch.testing.assert_close(contracted(identity(), torch.zeros(1, 1, SIZE, SIZE), torch.tensor([0.5])), identity())
