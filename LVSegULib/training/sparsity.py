"""A pull that lets a network give up filters while it learns, so that more of them can be pruned afterwards.

After every step of the optimiser, each filter's batch norm (its scale and shift, taken as one vector) is shortened by
an amount that grows with what the filter costs. A filter that the loss does not hold on to shrinks to nothing: after
batch norm and ReLU it is zero, and pruning takes it away. With one filter a group this is the group lasso (Yuan, Lin:
J R Stat Soc B 2006, doi 10.1111/j.1467-9868.2005.00532.x) on the scales that network slimming (Liu and others, ICCV
2017, doi 10.1109/ICCV.2017.298) looks at.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from LVSegULib.network.config import UNetConfig, count_multiply_adds, count_parameters
from LVSegULib.network.unet import UNet
from LVSegULib.pruning.structure import filters_of, with_filters

SPARED = 4
"""One in so many filters of a layer, the longest ones, are not pulled at."""


def filter_prices(config: UNetConfig) -> dict[str, float]:
    """What one filter of each layer costs, 1 on average.

    The square root of the mean of its shares of parameters and multiply-adds: by the shares themselves, the few filters
    of the finest level, each of which costs ten times the average, would be given up first, and they see the image.
    """
    counts = filters_of(config)
    prices: dict[str, float] = {}
    for name, count in counts.items():
        if count == 1:
            prices[name] = 0.0
            continue
        smaller = with_filters(config, counts | {name: count - 1})
        parameters = 1 - count_parameters(smaller) / count_parameters(config)
        multiply_adds = 1 - count_multiply_adds(smaller) / count_multiply_adds(config)
        prices[name] = math.sqrt((parameters + multiply_adds) / 2)
    mean = sum(prices[name] * count for name, count in counts.items()) / sum(counts.values())
    return {name: price / mean for name, price in prices.items()}


@torch.no_grad()
def shorten_batch_norms(network: UNet, prices: dict[str, float], amount: float) -> None:
    """Shorten each filter's scale and shift by `amount` times its price, not beyond zero.

    The longest quarter of a layer's filters is left alone, so that no layer is given up as a whole.

    Args:
        network: changed in place.
        prices: of `filter_prices`.
        amount: learning rate times the strength of the pull.
    """
    for name, norm in batch_norms(network).items():
        length = torch.hypot(norm.weight, norm.bias)
        spared = length >= length.sort(descending=True).values[(len(length) - 1) // SPARED]
        kept = (1 - amount * prices[name] / length.clamp(min=1e-12)).clamp(min=0)
        kept = torch.where(spared, torch.ones_like(kept), kept)
        norm.weight.mul_(kept)
        norm.bias.mul_(kept)


def batch_norms(network: UNet) -> dict[str, nn.BatchNorm2d]:
    """The batch norm of every layer that has one, by the layer's name."""
    found: dict[str, nn.BatchNorm2d] = {}
    for part in ("encoder", "decoder"):
        for place, convolutions in enumerate(getattr(network, part)):
            norms = [module for module in convolutions if isinstance(module, nn.BatchNorm2d)]
            found |= {f"{part}.{place}.{position}": norm for position, norm in enumerate(norms)}
    return found


def share_of_multiply_adds(network: UNet) -> float:
    """Multiply-adds of the filters that are longer than zero, as a share of the whole network's."""
    living = {name: int(torch.count_nonzero(norm.weight)) for name, norm in batch_norms(network).items()}
    counts = filters_of(network.config) | {name: max(1, count) for name, count in living.items()}
    return count_multiply_adds(with_filters(network.config, counts)) / count_multiply_adds(network.config)
