"""What a comparison of ways of pruning depends on."""

from __future__ import annotations

from dataclasses import dataclass

from LVSegULib.errors import UsageError
from LVSegULib.pruning.config import PruningConfig


@dataclass(frozen=True)
class ComparisonConfig:
    """What is compared.

    Attributes:
        data: labelled data sets to calibrate on, each model on the patients that it was trained on.
        judged: labelled data sets to evaluate on, each patient with the model that kept it back.
        shares: shares of the parameters that are left, largest first.
        slices: slices to calibrate on.
        refit_slices: slices, drawn anew, of the last refit; 0 leaves it out.
        seed: everything random follows from it.
        step: share of the computation that a round of the search saves.
    """

    data: tuple[str, ...]
    judged: tuple[str, ...]
    shares: tuple[float, ...] = (0.8, 0.6, 0.45, 0.3, 0.2)
    slices: int = 400
    refit_slices: int = 1600
    seed: int = 1
    step: float = 0.03

    def __post_init__(self) -> None:
        PruningConfig(slices=self.slices, refit_slices=self.refit_slices, seed=self.seed, step=self.step)
        if not self.shares or list(self.shares) != sorted(set(self.shares), reverse=True):
            raise UsageError("give the shares of parameters that are left from the largest to the smallest")
        if not 0 < self.shares[-1] <= self.shares[0] < 1:
            raise UsageError("a share of parameters that is left lies between 0 and 1")
