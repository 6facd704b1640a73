"""Batch augmentation on the tensor's own device: one affine map, then contrast, bias field, noise, low resolution."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from LVSegULib.training.absence import WIDE_MM, filled, without_wall
from LVSegULib.training.augmentation_config import AugmentationConfig
from LVSegULib.training.contraction import centre_and_radius, contracted
from LVSegULib.training.texture import retextured

CONTRACTED_SHARE = 1 / 3


class Augmentation:
    """Varies batches of slices; every random number comes from the generator that is passed in."""

    def __init__(self, config: AugmentationConfig, spacing_mm: float, crop: int) -> None:
        self.config = config
        self.spacing_mm = spacing_mm
        self.crop = crop

    def __call__(self, images: Tensor, targets: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Vary `images` (N, 1, H, W) and `targets` (N, C, H, W) alike; both come out (N, ., crop, crop)."""
        grid = self._sampling_grid(images, generator)
        if self.config.contraction > 0:
            grid = contracted(grid, targets[:, :1], self._contraction_factors(images, generator))
        opens, closes = self._absent(targets[:, :1], generator)
        grid = without_wall(grid, targets[:, :1], opens)
        both = functional.grid_sample(torch.cat([images, targets], 1), grid, align_corners=False)
        images, targets = both[:, :1], both[:, 1:]
        images = filled(images, targets[:, :1], closes)
        targets = targets * _column((~(opens | closes)).float())
        if self.config.texture > 0:
            is_chosen = torch.rand(len(images), device=images.device, generator=generator) < self.config.texture
            images = retextured(images, is_chosen, generator)
        images = _lower_resolution(images, self.config.low_resolution, generator)
        return self._vary_intensities(images, generator), targets

    def _sampling_grid(self, images: Tensor, generator: torch.Generator) -> Tensor:
        config, count, size = self.config, images.shape[0], images.shape[-1]
        draw = _Draw(count, images.device, generator)
        is_free = draw.uniform(1.0) < 2 * config.any_rotation - 1
        angle = torch.where(is_free, draw.uniform(math.pi), draw.uniform(math.radians(config.rotation_degrees)))
        zoom = torch.exp(draw.uniform(math.log(config.scale)))
        stretch = torch.exp(draw.uniform(math.log1p(config.stretch) / 2))
        mirror = 1 - 2 * (draw.uniform(1.0) > 0).float() if config.flip else torch.ones_like(angle)
        shift = torch.stack([draw.uniform(2 * config.shift_mm / (size * self.spacing_mm)) for _ in range(2)], 1)
        field = self.crop / size / zoom
        cosine, sine = torch.cos(angle) * field, torch.sin(angle) * field
        matrix = torch.stack([cosine * stretch * mirror, -sine / stretch, sine * stretch * mirror, cosine / stretch], 1)
        theta = torch.cat([matrix.view(-1, 2, 2), shift[:, :, None]], 2)
        grid = functional.affine_grid(theta, [count, 1, self.crop, self.crop], align_corners=False)
        bend = _smooth(draw, 2 * config.bend_mm / (size * self.spacing_mm), 2, (self.crop, self.crop))
        return grid + bend.permute(0, 2, 3, 1)

    def _contraction_factors(self, images: Tensor, generator: torch.Generator) -> Tensor:
        draw = _Draw(images.shape[0], images.device, generator)
        is_chosen = draw.uniform(1.0) < 2 * CONTRACTED_SHARE - 1
        factors = 1 - draw.uniform(self.config.contraction).abs()
        return torch.where(is_chosen, factors, torch.ones_like(factors))

    def _absent(self, cavity: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Which slices lose the wall around their cavity, and which the cavity (N,) each; none loses both."""
        config, count = self.config, len(cavity)
        if config.opening == 0 and config.closing == 0:
            return (torch.zeros(count, dtype=torch.bool, device=cavity.device),) * 2
        chance = torch.rand(count, device=cavity.device, generator=generator)
        radius_mm = centre_and_radius(cavity)[1] * cavity.shape[-1] / 2 * self.spacing_mm
        is_there = radius_mm < math.inf
        opens = is_there & (radius_mm > WIDE_MM) & (chance < config.opening)
        return opens, is_there & (chance > 1 - config.closing) & ~opens

    def _vary_intensities(self, images: Tensor, generator: torch.Generator) -> Tensor:
        config, count = self.config, images.shape[0]
        draw = _Draw(count, images.device, generator)
        gamma = torch.exp(draw.uniform(math.log1p(config.contrast)))
        gain, offset = 1 + draw.uniform(config.brightness), draw.uniform(config.brightness)
        field = _smooth(draw, config.bias_field, 1, (images.shape[-2], images.shape[-1]))
        sigma = draw.uniform(config.noise).abs()
        noise = torch.randn(images.shape, device=images.device, generator=generator)
        varied = images.clamp(min=0) ** _column(gamma) * _column(gain) * (1 + field) + _column(offset)
        return varied + _column(sigma) * noise


class _Draw:
    """Uniform random numbers for a batch, symmetric around zero."""

    def __init__(self, count: int, device: torch.device, generator: torch.Generator) -> None:
        self.count, self.device, self.generator = count, device, generator

    def uniform(self, reach: float, shape: tuple[int, ...] = ()) -> Tensor:
        """Numbers (count, *shape) between -reach and reach."""
        values = torch.rand((self.count, *shape), device=self.device, generator=self.generator)
        return (2 * values - 1) * reach


def _smooth(draw: _Draw, reach: float, channels: int, size: tuple[int, int]) -> Tensor:
    """Smooth random fields (count, channels, *size), about within plus or minus `reach`."""
    coarse = draw.uniform(reach, (channels, 4, 4))
    return functional.interpolate(coarse, size, mode="bicubic", align_corners=True)


def _column(values: Tensor) -> Tensor:
    return values[:, None, None, None]


def _lower_resolution(images: Tensor, factor: float, generator: torch.Generator) -> Tensor:
    """Average a third of the batch over pixels up to `factor` times larger and interpolate back."""
    share = max(1, images.shape[0] // 3)
    if factor <= 1:
        return images
    drawn = 1 + (factor - 1) * float(torch.rand((), device=images.device, generator=generator))
    size = [max(1, round(n / drawn)) for n in images.shape[-2:]]
    coarse = functional.interpolate(images[:share], size, mode="bilinear", antialias=True, align_corners=False)
    back = functional.interpolate(coarse, images.shape[-2:], mode="bilinear", align_corners=False)
    return torch.cat([back, images[share:]])
