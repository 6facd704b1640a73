"""Contraction shrinks the cavity by the factor that is asked for, in its place, and leaves the surroundings alone."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from LVSegULib.training.contraction import REACH, contracted

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


def test_an_empty_slice_is_left_alone() -> None:
    torch.testing.assert_close(contracted(identity(), torch.zeros(1, 1, SIZE, SIZE), torch.tensor([0.5])), identity())
