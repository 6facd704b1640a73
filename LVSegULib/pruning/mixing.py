"""Fewer filters for an up-sampling by mixing them: nothing rectifies its output, so any mixture can stand for many.

What reads the filters is linear in them too, so the best few mixtures would be a reduced-rank regression. These are
nearly that, taken tap by tap of the reader's kernels: the strongest directions of what the taps make of the filters,
with the filters as they vary on the calibration slices. How neighbouring pixels vary together is left out.

Izenman: Reduced-rank regression for the multivariate linear model, Journal of Multivariate Analysis 5, 1975,
doi 10.1016/0047-259X(75)90042-1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from LVSegULib.network.by_layer import Layer, Layers
from LVSegULib.network.config import UNetConfig
from LVSegULib.pruning.fit import Moments, refitted, to_layer, to_matrix
from LVSegULib.pruning.structure import filters_of, with_filters

LEAST_VARIANCE = 1e-7
"""Of the largest: directions in which the filters vary less than this count as constant."""


@dataclass(frozen=True)
class Mixing:
    """Some filters as mixtures of more.

    Attributes:
        mix: (filters, mixtures), float64; mixtures = filters @ mix, each of variance 1 on the calibration slices.
        unmix: (mixtures, filters), float64; filters = mixtures @ unmix, as nearly as their reader needs.
    """

    mix: Tensor
    unmix: Tensor

    def of_upsampling(self, layer: Layer) -> Layer:
        """The up-sampling that gives the mixtures."""
        kernels = torch.einsum("cfij,fm->cmij", layer.kernels, self.mix.float())
        return Layer(kernels.contiguous(), layer.bias @ self.mix.float())

    def of_reader(self, layer: Layer, first_channel: int) -> Layer:
        """The reader, taking the mixtures instead of the filters from `first_channel` on."""
        end = first_channel + len(self.mix)
        mixed = torch.einsum("ofij,mf->omij", layer.kernels[:, first_channel:end], self.unmix.float())
        parts = [layer.kernels[:, :first_channel], mixed, layer.kernels[:, end:]]
        return Layer(torch.cat(parts, 1), layer.bias)

    def of_moments(self, found: Moments, blocks: Tensor) -> Moments:
        """The reader's moments with the mixtures for the filters, whose rows are `blocks` (filters, B)."""
        first, end = int(blocks[0, 0]), int(blocks[-1, -1]) + 1
        across = torch.kron(self.mix, torch.eye(blocks.shape[1], dtype=torch.float64))
        before, after = torch.eye(first, dtype=torch.float64), torch.eye(len(found.inputs) - end, dtype=torch.float64)
        to_mixtures = torch.block_diag(before, across, after)
        return Moments(to_mixtures.T @ found.inputs @ to_mixtures, to_mixtures.T @ found.outputs, found.spread)


def best_mixing(found: Moments, reader: Tensor, blocks: Tensor, count: int) -> Mixing:
    """The `count` mixtures of an up-sampling's filters that serve its reader nearly best, taken tap by tap.

    As if the pixels under the reader's kernel varied independently of each other.

    Args:
        found: the reader's moments.
        reader: the reader's kernels and bias (D + 1, F).
        blocks: rows of `reader` that belong to each filter (filters, B), one row after another.
        count: mixtures wanted.
    """
    variance = _variance(found, blocks)
    values, vectors = torch.linalg.eigh(variance)
    values = values.clamp(min=LEAST_VARIANCE * float(values.max().clamp(min=1e-12)))
    whitening = vectors / values.sqrt()
    coloring = (vectors * values.sqrt()).T
    read = reader[blocks].flatten(1)
    directions = torch.linalg.svd(coloring @ read, full_matrices=False).U[:, :count]
    return Mixing(whitening @ directions, directions.T @ coloring)


def mixed(
    config: UNetConfig, layers: Layers, name: str, reader: str, first_channel: int, mixing: Mixing
) -> tuple[UNetConfig, Layers]:
    """The network with the up-sampling `name` and its `reader` mixed; nothing is refitted."""
    counts = filters_of(config) | {name: mixing.mix.shape[1]}
    changed = {
        name: mixing.of_upsampling(layers[name]),
        reader: mixing.of_reader(layers[reader], first_channel),
    }
    return with_filters(config, counts), layers | changed


def refitted_reader(
    name: str, layer: Layer, found: Moments, blocks: Tensor, first_channel: int, mixing: Mixing, ridge: float
) -> Layer:
    """The reader `name` refitted to what it should give from the mixtures."""
    start = mixing.of_reader(layer, first_channel)
    return to_layer(name, refitted(mixing.of_moments(found, blocks), to_matrix(name, start), ridge), start)


def _variance(found: Moments, blocks: Tensor) -> Tensor:
    """Covariance of the filters (filters, filters), the mean over the kernel's pixels."""
    count = found.inputs[-1, -1]
    rows = blocks.T
    squares = found.inputs[rows[:, :, None], rows[:, None, :]].mean(0) / count
    means = found.inputs[rows, -1].mean(0) / count
    covariance: Tensor = squares - means[:, None] * means
    return covariance
