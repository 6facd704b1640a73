"""What a network is calibrated on: slices, the pixels that are looked at, and what the unpruned network gives there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from LVSegULib.errors import InputError
from LVSegULib.network.by_layer import Layers, activate, plain_function, run_by_layer, run_layer
from LVSegULib.pruning.fit import Sample, outputs
from LVSegULib.pruning.sensitivity import sensitivities
from LVSegULib.training.loss import probabilities

PIXELS = 512
SEEN_SHARE = 0.9
"""Share of the pixels that are drawn by where an error would be seen; the others lie anywhere."""

BATCH = 32


@dataclass(frozen=True)
class Calibration:
    """Slices with the unpruned network's answers.

    Attributes:
        images: (N, 1, H, W) float32 in 0..1.
        samples: the pixels of each layer's input that are fitted, by layer.
        wanted: the unpruned network's outputs there, before the ReLU (N * P, F), by layer.
        probabilities: the unpruned network's result (N, C, H, W).
    """

    images: Tensor
    samples: dict[str, Sample]
    wanted: dict[str, Tensor]
    probabilities: Tensor


def calibrate(depth: int, layers: Layers, images: Tensor, seed: int = 1, pixels: int = PIXELS) -> Calibration:
    """Run the unpruned network over `images` and remember what is needed of it.

    Most of a layer's pixels are drawn by how much an error of its output there would be seen in the result.

    Raises:
        InputError: there is no slice, or the network finds nothing in any of them.
    """
    if not len(images):
        raise InputError("there is no slice to calibrate on")
    found = _found(depth, layers, images)
    if not bool((found > 0.5).any()):
        raise InputError("the model finds no heart in any of the slices to calibrate on: give short-axis cine MR")
    generator = torch.Generator().manual_seed(seed)
    seen = sensitivities(depth, layers, images, generator)
    samples = {name: _draw_pixels(one, pixels, generator) for name, one in seen.items()}
    parts = [
        _outputs_at(depth, layers, batch, {name: one.part(start, BATCH) for name, one in samples.items()})
        for start, batch in zip(range(0, len(images), BATCH), images.split(BATCH), strict=True)
    ]
    wanted = {name: torch.cat([part[name] for part in parts]) for name in layers}
    return Calibration(images, samples, wanted, found)


@torch.inference_mode()
def _found(depth: int, layers: Layers, images: Tensor) -> Tensor:
    """The network's probabilities (N, C, H, W)."""
    run = plain_function(layers)
    return torch.cat([probabilities(run_by_layer(depth, batch, run)) for batch in images.split(BATCH)])


@torch.inference_mode()
def _outputs_at(depth: int, layers: Layers, images: Tensor, samples: Mapping[str, Sample]) -> dict[str, Tensor]:
    """Every layer's outputs (N * P, F) at its sample of the `images`, before the ReLU."""
    kept: dict[str, Tensor] = {}

    def layer(name: str, x: Tensor) -> Tensor:
        y = run_layer(name, layers[name], x)
        kept[name] = outputs(name, y, samples[name])
        return activate(name, y)

    run_by_layer(depth, images, layer)
    return kept


def _draw_pixels(seen: Tensor, pixels: int, generator: torch.Generator) -> Sample:
    """At most `pixels` different ones of each slice, most of them by what would be `seen` there (N, h, w)."""
    weights = seen.flatten(1)
    count, size = weights.shape
    if size <= pixels:
        return Sample(torch.arange(size).expand(count, size))
    total = weights.sum(1, keepdim=True).clamp(min=torch.finfo(weights.dtype).tiny)
    weights = SEEN_SHARE * weights / total + (1 - SEEN_SHARE) / size
    return Sample(torch.multinomial(weights, pixels, replacement=False, generator=generator))
