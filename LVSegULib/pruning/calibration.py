"""What a network is calibrated on: slices, the pixels that are looked at, and what the unpruned network gives there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from LVSegULib.errors import InputError
from LVSegULib.network.by_layer import Layers, activate, plain_function, run_by_layer, run_layer
from LVSegULib.pruning.fit import Sample, outputs
from LVSegULib.training.loss import probabilities
from LVSegULib.training.validate import is_found

PIXELS = 512
HEART_SHARE = 0.7
REACH = 17
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


@torch.inference_mode()
def calibrate(depth: int, layers: Layers, images: Tensor, seed: int = 1, pixels: int = PIXELS) -> Calibration:
    """Run the unpruned network over `images` and remember what is needed of it.

    Most of the pixels are drawn where the network is in doubt and around it, the others anywhere.

    Raises:
        InputError: there is no slice, or the network finds nothing in any of them.
    """
    if not len(images):
        raise InputError("there is no slice to calibrate on")
    batches = images.split(BATCH)
    logits = torch.cat([run_by_layer(depth, batch, plain_function(layers)) for batch in batches])
    found = probabilities(logits)
    if not bool(is_found(logits).any()):
        raise InputError("the model finds no heart in any of the slices to calibrate on: give short-axis cine MR")
    generator = torch.Generator().manual_seed(seed)
    levels = [_draw_pixels(found, level, pixels, generator) for level in range(depth + 1)]
    samples = {name: levels[input_level(name, depth)] for name in layers}
    parts = [
        _outputs_at(depth, layers, batch, {name: one.part(start, BATCH) for name, one in samples.items()})
        for start, batch in zip(range(0, len(images), BATCH), batches, strict=True)
    ]
    wanted = {name: torch.cat([part[name] for part in parts]) for name in layers}
    return Calibration(images, samples, wanted, found)


def input_level(name: str, depth: int) -> int:
    """The level whose resolution a layer's input has."""
    kind, *place = name.split(".")
    if kind == "encoder":
        return int(place[0])
    if kind == "head":
        return 0
    return depth - int(place[0]) - (1 if kind == "decoder" else 0)


def _outputs_at(depth: int, layers: Layers, images: Tensor, samples: Mapping[str, Sample]) -> dict[str, Tensor]:
    """Every layer's outputs (N * P, F) at its sample of the `images`, before the ReLU."""
    kept: dict[str, Tensor] = {}

    def layer(name: str, x: Tensor) -> Tensor:
        y = run_layer(name, layers[name], x)
        kept[name] = outputs(name, y, samples[name])
        return activate(name, y)

    run_by_layer(depth, images, layer)
    return kept


def _draw_pixels(found: Tensor, level: int, pixels: int, generator: torch.Generator) -> Sample:
    """At most `pixels` different ones of each slice at this level."""
    doubt = 1 - (2 * found.amax(1, keepdim=True) - 1).abs()
    near = functional.max_pool2d(doubt, REACH, stride=1, padding=REACH // 2)
    coarse = functional.max_pool2d(near, 2**level) if level else near
    weights = coarse.flatten(1)
    count, size = weights.shape
    if size <= pixels:
        return Sample(torch.arange(size).expand(count, size))
    weights = HEART_SHARE * weights / weights.sum(1, keepdim=True).clamp(min=1e-6) + (1 - HEART_SHARE) / size
    return Sample(torch.multinomial(weights, pixels, replacement=False, generator=generator))
