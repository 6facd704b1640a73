"""Batch norm of a network that training starts from: the same network, with statistics of the slices to be learnt.

In training, batch norm goes by the statistics of each batch, in use by those that it has stored. A pruned network has
its batch norm in the kernels and stores none: in training it would be another network from the first step on, and what
it has learnt would be gone. So each batch norm is given the mean and the variance of what it gets from the slices, and
the scale and the shift with which the network gives what it gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass
class _Moments:
    """Sums over pixels of what a batch norm gets, by channel (C,), float64 on the processor: MPS has none."""

    count: int = 0
    total: Tensor | float = 0.0
    squares: Tensor | float = 0.0

    def add(self, x: Tensor) -> None:
        values = x.cpu().double()
        self.count += x[:, 0].numel()
        self.total = self.total + values.sum((0, 2, 3))
        self.squares = self.squares + (values**2).sum((0, 2, 3))


@torch.no_grad()
def adopt_statistics(network: nn.Module, batches: Sequence[Tensor]) -> None:
    """Give every batch norm of `network` the statistics of `batches` (N, 1, H, W); in use it gives what it gave."""
    found = {module: _Moments() for module in network.modules() if isinstance(module, nn.BatchNorm2d)}
    hooks = [norm.register_forward_pre_hook(lambda _, x, to=moments: to.add(x[0])) for norm, moments in found.items()]
    was_training = network.training
    network.eval()
    for batch in batches:
        network(batch)
    network.train(was_training)
    for hook in hooks:
        hook.remove()
    for norm, moments in found.items():
        _adopt(norm, moments)


def _adopt(norm: nn.BatchNorm2d, moments: _Moments) -> None:
    mean = torch.as_tensor(moments.total) / moments.count
    variance = (torch.as_tensor(moments.squares) / moments.count - mean**2).clamp(min=0)
    before_mean, before_variance = norm.running_mean, norm.running_var
    assert before_mean is not None and before_variance is not None
    gain = norm.weight.cpu().double() / (before_variance.cpu().double() + norm.eps).sqrt()
    bias = norm.bias.cpu().double() + gain * (mean - before_mean.cpu().double())
    norm.bias.copy_(bias.float())
    norm.weight.copy_((gain * (variance + norm.eps).sqrt()).float())
    before_mean.copy_(mean.float())
    before_variance.copy_(variance.float())
