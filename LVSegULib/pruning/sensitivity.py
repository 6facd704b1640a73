"""Where a small error in a layer's output would be seen in the network's result: there a refit has to be exact.

By how much the probabilities of all labels move is told by the Fisher information. It is found by probes: the logits of
all pixels are pulled at once, each by a random amount, as far as its labels are in doubt, and the square of what
arrives at a filter's pixel (one backward pass) has the information there as its mean. Derivatives say where to look;
they move no kernel.

Theis, Korshunova, Tejani, Huszar: Faster gaze prediction with dense networks and Fisher pruning, 2018, arXiv
1801.05787, for whole filters; Hutchinson: A stochastic estimator of the trace of the influence matrix for Laplacian
smoothing splines, 1989, doi 10.1080/03610919008812866, for the probes.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from LVSegULib.network.by_layer import Layers, activate, has_relu, run_by_layer, run_layer
from LVSegULib.training.loss import probabilities

PROBES = 2
BATCH = 16


def sensitivities(depth: int, layers: Layers, images: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
    """The information at each pixel of each layer's input (N, h, w), by layer: of all filters' outputs there.

    Args:
        depth: how often the network halves the resolution.
        layers: the unpruned network.
        images: slices (N, 1, H, W), float32 in 0..1.
        generator: of the probes.
    """
    parts = [_of_batch(depth, layers, batch, generator) for batch in images.split(BATCH)]
    return {name: torch.cat([part[name] for part in parts]) for name in layers}


def _of_batch(depth: int, layers: Layers, images: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
    given: dict[str, Tensor] = {}

    def layer(name: str, x: Tensor) -> Tensor:
        given[name] = activate(name, run_layer(name, layers[name], x))
        return given[name]

    with torch.enable_grad():
        logits = run_by_layer(depth, images.clone().requires_grad_(), layer)
    found: dict[str, Tensor] = {}
    for _ in range(PROBES):
        pull = probe(probabilities(logits.detach()), generator)
        arrived = torch.autograd.grad(logits, list(given.values()), pull, retain_graph=True)
        for (name, output), one in zip(given.items(), arrived, strict=True):
            seen = torch.where(output > 0, one, 0) if has_relu(name) else one
            found[name] = found.get(name, 0) + (seen**2).sum(1) / PROBES
    return {name: _at_inputs(name, one) for name, one in found.items()}


def probe(found: Tensor, generator: torch.Generator) -> Tensor:
    """Random pulls (N, C, H, W) whose covariance in each pixel is that of its label drawn by `found`.

    Args:
        found: probability of each label (N, C, H, W); what is missing to 1 is the background's.
        generator: of the signs.
    """
    rest = (1 - found.sum(1, keepdim=True)).clamp(min=0)
    roots = torch.cat([found, rest], 1).sqrt()
    signed = roots * (2.0 * torch.randint(0, 2, roots.shape, generator=generator) - 1)
    return signed[:, :-1] - found * signed.sum(1, keepdim=True)


def _at_inputs(name: str, information: Tensor) -> Tensor:
    """From output pixels (N, h, w) to input pixels, of which an up-sampling makes four; others are smoothed."""
    if name.startswith("upsample"):
        return 4 * functional.avg_pool2d(information, 2)
    return functional.avg_pool2d(information, 3, stride=1, padding=1)
