"""Slices without a ventricle, made from slices with one: data sets have hardly any, and scanners acquire them always.

Above the base lies the atrium, a bright disc without a muscular wall; below the apex there is muscle without a cavity.
The first is a cavity whose wall is taken out, what lies around it being drawn up to it; the second is a cavity filled
with what its wall looks like.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from LVSegULib.training.contraction import REACH, along_radii

FAR = 2.6
"""Radii of the cavity up to which the surroundings are drawn in when the wall goes."""

WIDE_MM = 18.0
"""Radius from which a cavity may lose its wall: a smaller one is an apex or a systole, with a wall beyond REACH."""

WALL_PIXELS = 5
"""Width of the ring around a cavity whose brightness fills it."""

LEFT_TEXTURE = 0.15
"""Share of a cavity's own texture that stays when it is filled."""


def without_wall(grid: Tensor, cavity: Tensor, is_chosen: Tensor) -> Tensor:
    """A sampling grid that shows what lies beyond the wall directly around the cavity.

    Args:
        grid: where each output pixel is taken from (N, H, W, 2), columns and rows in -1..1.
        cavity: share of each input pixel that the cavity covers (N, 1, H', W').
        is_chosen: (N,), bool; the others stay.
    """
    if not bool(is_chosen.any()):
        return grid

    def source(r: Tensor) -> Tensor:
        beyond = REACH + (r - 1) * (FAR - REACH) / (FAR - 1)
        moved = (r >= 1) & (r < FAR) & is_chosen[:, None, None]
        return torch.where(moved, beyond, r)

    return along_radii(grid, cavity, source)


def filled(images: Tensor, cavity: Tensor, is_chosen: Tensor) -> Tensor:
    """`images` (N, 1, H, W) with the cavity (N, 1, H, W) as bright as the ring around it, where `is_chosen` (N,)."""
    if not bool(is_chosen.any()):
        return images
    some, inside = images[is_chosen], cavity[is_chosen]
    wide = functional.max_pool2d(inside, 2 * WALL_PIXELS + 1, stride=1, padding=WALL_PIXELS)
    ring = wide - inside
    wall = (some * ring).sum((2, 3), keepdim=True) / ring.sum((2, 3), keepdim=True).clamp(min=1.0)
    blood = (some * inside).sum((2, 3), keepdim=True) / inside.sum((2, 3), keepdim=True).clamp(min=1.0)
    near = functional.max_pool2d(inside, 3, stride=1, padding=1)
    soft = functional.avg_pool2d(near, 5, stride=1, padding=2, count_include_pad=False)
    muscle = wall + LEFT_TEXTURE * (some - blood)
    varied = images.clone()
    varied[is_chosen] = torch.lerp(some, torch.minimum(muscle, some), soft)
    return varied
