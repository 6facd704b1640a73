"""Which of a layer's filters its readers miss least if they are refitted, in closed form.

Removing input channels from a least-squares fit and solving anew has a known cost and a known solution, from the
inverse of the moments alone: the optimal brain surgeon, for a filter's whole block of kernels at once.

Hassibi, Stork: Second order derivatives for network pruning, NeurIPS 1992. Kurtic, Frantar, Alistarh: ZipLM, NeurIPS
2023, for blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass
class Fit:
    """A reader's fit while channels are taken from it.

    Attributes:
        inverse: of the damped moments (D + 1, D + 1).
        matrix: the reader's kernels and bias (D + 1, F), best for the channels that are left.
        blocks: rows of `matrix` that belong to each filter of the layer that is being thinned (filters, B).
        scale: what one unit of squared error in the reader counts.
    """

    inverse: Tensor
    matrix: Tensor
    blocks: Tensor
    scale: float

    def costs(self) -> Tensor:
        """Squared error that each filter's removal adds after the best refit (filters,)."""
        block = self.inverse[self.blocks[:, :, None], self.blocks[:, None, :]]
        rows = self.matrix[self.blocks]
        solved = torch.linalg.solve(block + 1e-12 * torch.eye(block.shape[-1], dtype=block.dtype), rows)
        costs: Tensor = self.scale * (rows * solved).sum((1, 2))
        return costs

    def remove(self, filter_index: int) -> None:
        """Take the filter's rows out and refit the others."""
        rows = self.blocks[filter_index]
        block = self.inverse[rows[:, None], rows]
        across = self.inverse[:, rows]
        gain = torch.linalg.solve(block, across.T).T
        self.matrix = self.matrix - gain @ self.matrix[rows]
        self.inverse = self.inverse - gain @ across.T
        self.matrix[rows] = 0
        self.inverse[rows] = 0
        self.inverse[:, rows] = 0
        self.inverse[rows, rows] = 1


def eliminate(fits: list[Fit], count: int) -> list[int]:
    """Remove `count` filters from all readers' `fits`, one after another, the least missed first; their indices."""
    removed: list[int] = []
    for _ in range(count):
        costs = torch.stack([fit.costs() for fit in fits]).sum(0)
        costs[removed] = float("inf")
        least = int(costs.argmin())
        for fit in fits:
            fit.remove(least)
        removed.append(least)
    return removed
