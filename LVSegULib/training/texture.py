"""Other contrasts: a slice is sent through a small random network, so that shapes stay and every tissue looks new.

A network that has seen two scanners learns their contrast along with the heart. Images synthesised from label maps with
random contrast (Billot and others: SynthSeg, Med Image Anal 2023, doi 10.1016/j.media.2023.102789) cure that where each
structure is labelled; here only the cavity is. So the image itself takes the label map's place: random convolutions,
blended with the image (Ouyang and others: IEEE Trans Med Imaging 2023, doi 10.1109/TMI.2022.3224067), give each tissue
and each border another brightness.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

CHANNELS = 2
LAYERS = 4
SLOPE = 0.2
LEAST_SPREAD = 1e-4


def retextured(images: Tensor, is_chosen: Tensor, generator: torch.Generator) -> Tensor:
    """`images` with those that are chosen blended, by a random share, with what a random network makes of them.

    The result has the mean and the standard deviation of the image that it came from, and stays within 0..1.

    Args:
        images: (N, 1, H, W), about 0..1.
        is_chosen: (N,), bool.
        generator: of every random number.
    """
    if not bool(is_chosen.any()):
        return images
    chosen = images[is_chosen]
    made = _like(_random_network(chosen, generator), chosen)
    share = torch.rand((len(chosen), 1, 1, 1), device=images.device, generator=generator)
    blended = _like(torch.lerp(chosen, made, share), chosen).clamp(0, 1)
    varied = images.clone()
    varied[is_chosen] = blended
    return varied


def _random_network(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each of `images` (N, 1, H, W) through convolutions of its own, kernels of 1 or 3 pixels, drawn anew."""
    count, _, height, width = images.shape
    x, channels = images.reshape(1, count, height, width) - 0.5, 1
    for layer in range(LAYERS):
        filters = 1 if layer == LAYERS - 1 else CHANNELS
        size = 1 + 2 * int(torch.randint(2, (), device=images.device, generator=generator))
        shape = (count * filters, channels, size, size)
        kernels = torch.randn(shape, device=images.device, generator=generator)
        offsets = torch.randn(count * filters, device=images.device, generator=generator) / 4
        x = functional.conv2d(functional.pad(x, (size // 2,) * 4, mode="replicate"), kernels, offsets, groups=count)
        x = functional.leaky_relu(x, SLOPE) if layer < LAYERS - 1 else x
        channels = filters
    return x.reshape(count, 1, height, width)


def _like(made: Tensor, images: Tensor) -> Tensor:
    """`made` with the mean and the standard deviation of each of `images`."""
    mean, spread = made.mean((1, 2, 3), keepdim=True), made.std((1, 2, 3), keepdim=True)
    wanted = images.std((1, 2, 3), keepdim=True)
    return (made - mean) / spread.clamp(min=LEAST_SPREAD) * wanted + images.mean((1, 2, 3), keepdim=True)
