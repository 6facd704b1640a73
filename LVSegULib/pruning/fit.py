"""Refit a layer in closed form so that it gives what it gave before, from what is left of its input.

A layer is linear in its kernels: each output pixel is a patch of the input times the kernels. So the best kernels for
given inputs and wanted outputs are a least-squares solution, which needs only the patches' second moments. They are
pulled towards the kernels that are there (ridge), which says what to do where the calibration slices say nothing.

He, Zhang, Sun: Channel Pruning for Accelerating Very Deep Neural Networks, ICCV 2017, doi 10.1109/ICCV.2017.155.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from LVSegULib.network.by_layer import Layer

ROWS = 4096
"""Patches that are summed in single precision, before double precision takes over, and few enough for the cache.

Sums over all at once moved the kernels of a whole network, which should not move at all, by up to 0.13.
"""

BATCH = 32
"""Slices whose patches are taken at once."""


@dataclass(frozen=True)
class Sample:
    """The pixels of a layer's input at which it is fitted.

    Attributes:
        pixels: flat indices (N, P) into each slice's rows x columns.
    """

    pixels: Tensor

    def part(self, start: int, count: int) -> Sample:
        """The sample of `count` slices from `start` on."""
        return Sample(self.pixels[start : start + count])


@dataclass(frozen=True)
class Moments:
    """Second moments of a layer's input patches (and 1, for the bias) with themselves and with the wanted outputs.

    Attributes:
        inputs: (D + 1, D + 1), float64; D is channels x kernel pixels.
        outputs: (D + 1, F), float64; for an up-sampling F is filters x 4.
        spread: sum of squares of the wanted outputs around their mean.
    """

    inputs: Tensor
    outputs: Tensor
    spread: float


def patches(name: str, x: Tensor, sample: Sample) -> Tensor:
    """Input patches (N * P, D + 1) at the sample's pixels, channel after channel; the last column is 1."""
    count, channels = x.shape[:2]
    found = torch.ones(count, sample.pixels.shape[1], channels * kernel_size(name) + 1)
    for start in range(0, count, BATCH):
        some = _patches(kernel_size(name), x[start : start + BATCH], sample.part(start, BATCH).pixels)
        found[start : start + BATCH, :, :-1] = some
    return found.flatten(0, 1)


def _patches(size: int, x: Tensor, pixels: Tensor) -> Tensor:
    """Patches of `size` pixels (N, P, D) around the flat indices `pixels` (N, P) of `x` (N, C, H, W)."""
    count, channels, _, columns = x.shape
    if size == 1:
        return x.flatten(2).gather(2, pixels[:, None, :].expand(-1, channels, -1)).transpose(1, 2)
    padded = functional.pad(x, (1, 1, 1, 1)).flatten(2)
    corner = pixels // columns * (columns + 2) + pixels % columns
    steps = torch.tensor([r * (columns + 2) + c for r in range(3) for c in range(3)])
    around = (corner[:, :, None] + steps).flatten(1)
    taken = padded.gather(2, around[:, None, :].expand(-1, channels, -1)).view(count, channels, -1, size)
    return taken.transpose(1, 2).flatten(2)


def kernel_size(name: str) -> int:
    """Input pixels that go into one output of the layer."""
    return 1 if name.startswith(("upsample", "head")) else 9


def outputs(name: str, y: Tensor, sample: Sample) -> Tensor:
    """A layer's outputs (N * P, F) at the sample's pixels of its input; the four of an up-sampling side by side."""
    if name.startswith("upsample"):
        y = functional.pixel_unshuffle(y, 2)
    taken = y.flatten(2).gather(2, sample.pixels[:, None, :].expand(-1, y.shape[1], -1))
    return taken.permute(0, 2, 1).reshape(-1, y.shape[1])


def moments(rows: Tensor, wanted: Tensor) -> Moments:
    """Moments of the input patches `rows` (N, D + 1) with the `wanted` outputs (N, F)."""
    squares = torch.zeros(rows.shape[1], rows.shape[1], dtype=torch.float64)
    products = torch.zeros(rows.shape[1], wanted.shape[1], dtype=torch.float64)
    for some, targets in zip(rows.split(ROWS), wanted.split(ROWS), strict=True):
        squares += some.T @ some
        products += some.T @ targets
    return Moments(squares, products, float(((wanted - wanted.mean(0)) ** 2).sum()))


def to_matrix(name: str, layer: Layer) -> Tensor:
    """Kernels and bias as a matrix (D + 1, F), as in `Moments`, float64."""
    if name.startswith("upsample"):
        kernels = layer.kernels.flatten(1)
        return torch.cat([kernels, layer.bias.repeat_interleave(4)[None]]).double()
    return torch.cat([layer.kernels.flatten(1).T, layer.bias[None]]).double()


def to_layer(name: str, matrix: Tensor, like: Layer) -> Layer:
    """The layer of a matrix; an up-sampling's four biases become their mean, for it has only one."""
    if name.startswith("upsample"):
        filters = len(like.bias)
        kernels = matrix[:-1].reshape(-1, filters, 2, 2)
        return Layer(kernels.float(), matrix[-1].view(filters, 4).mean(1).float())
    kernels = matrix[:-1].T.reshape(like.bias.shape[0], -1, *like.kernels.shape[2:])
    return Layer(kernels.float().contiguous(), matrix[-1].float())


def damped(found: Moments, ridge: float) -> Tensor:
    """The inputs' moments with `ridge` times their mean diagonal added to the diagonal; the bias's stays as it is."""
    inputs = found.inputs.clone()
    diagonal = inputs.diagonal()
    added = ridge * float(diagonal[:-1].mean())
    diagonal[:-1] += max(added, 1e-12)
    return inputs


def refitted(found: Moments, current: Tensor, ridge: float) -> Tensor:
    """The matrix (D + 1, F) that gives the wanted outputs best, pulled towards `current`."""
    missing = found.outputs - found.inputs @ current
    change: Tensor = torch.linalg.solve(damped(found, ridge), missing)
    return current + change


def refitted_rectified(
    rows: Tensor, wanted: Tensor, found: Moments, current: Tensor, ridge: float, rounds: int
) -> Tensor:
    """As `refitted`, but of outputs that a ReLU follows: below zero any number will do.

    Where the wanted output is negative, what is asked for is the present output if that is negative too, and zero if
    not; then the linear problem is solved again. What falls with each round is the squared distance to what is asked
    for, with the pull towards `current`. It is an upper bound of the squared error after the ReLU, which may itself
    rise a little.
    """
    factor = torch.linalg.cholesky(damped(found, ridge))
    matrix = refitted(found, current, ridge)
    start = found.inputs @ current
    for _ in range(rounds):
        products = torch.zeros_like(start)
        for some, targets in zip(rows.split(ROWS), wanted.split(ROWS), strict=True):
            given = some @ matrix.float()
            asked = torch.where(targets > 0, targets, given.clamp_(max=0))
            products += (asked.T @ some).T
        matrix = current + torch.cholesky_solve(products - start, factor)
    return matrix
