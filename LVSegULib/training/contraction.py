"""Contraction: squeeze the cavity towards its centre and thicken the wall, as at ES or in a hypertrophic heart.

Nearly vanishing cavities are rare in every data set, and a network that has seen few of them draws an average disc.
Here any slice becomes such a slice: the cavity is squeezed and the wall stretched along each radius.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

REACH = 1.6
"""Radii of the cavity beyond which nothing moves: about where the epicardium lies."""


def contracted(grid: Tensor, cavity: Tensor, factors: Tensor) -> Tensor:
    """A sampling grid that shows each cavity with its radius multiplied by its factor, and the wall as much thicker.

    Along each radius, measured in cavity radii, 0..factor is taken from 0..1, and factor..REACH from 1..REACH.

    Args:
        grid: where each output pixel is taken from (N, H, W, 2), columns and rows in -1..1.
        cavity: share of each input pixel that the cavity covers (N, 1, H', W').
        factors: (N,) above 0, up to 1; 1 leaves a slice as it is, and so does an empty cavity.
    """
    k = factors[:, None, None]

    def source(r: Tensor) -> Tensor:
        in_the_wall = 1 + (r - k) * (REACH - 1) / (REACH - k)
        return torch.where(r < k, r / k, torch.where(r < REACH, in_the_wall, r))

    return along_radii(grid, cavity, source)


def along_radii(grid: Tensor, cavity: Tensor, source: Callable[[Tensor], Tensor]) -> Tensor:
    """A sampling grid that takes each point from another distance to the cavity's centre.

    Args:
        grid: where each output pixel is taken from (N, H, W, 2), columns and rows in -1..1.
        cavity: share of each input pixel that the cavity covers (N, 1, H', W'); around an empty one nothing moves.
        source: for each point's distance, in cavity radii (N, H, W), the distance that it is taken from.
    """
    centre, radius = centre_and_radius(cavity)
    offset = grid - centre[:, None, None, :]
    r = offset.norm(dim=-1) / radius[:, None, None]
    moves = (r > 0) & (radius < math.inf)[:, None, None]
    stretch = torch.where(moves, source(r) / r.clamp(min=1e-6), torch.ones_like(r))
    stretched: Tensor = offset * stretch[..., None]
    return centre[:, None, None, :] + stretched


def centre_and_radius(cavity: Tensor) -> tuple[Tensor, Tensor]:
    """Centre of mass (N, 2) and radius of the disc of the same area (N,) in grid units; infinite if it is empty."""
    height, width = cavity.shape[-2:]
    rows = (torch.arange(height, device=cavity.device) * 2 + 1) / height - 1
    columns = (torch.arange(width, device=cavity.device) * 2 + 1) / width - 1
    mass = cavity.sum((1, 2, 3))
    safe = mass.clamp(min=1e-6)
    centre = torch.stack([(cavity.sum((1, 2)) * columns).sum(1) / safe, (cavity.sum((1, 3)) * rows).sum(1) / safe], 1)
    radius = torch.sqrt(mass / math.pi) * 2 / width
    return centre, torch.where(mass > 0, radius, torch.full_like(radius, math.inf))
