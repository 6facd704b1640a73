"""Everything a pruned network depends on, in one typed, self-checking configuration."""

from __future__ import annotations

from dataclasses import dataclass

from LVSegULib.errors import UsageError
from LVSegULib.settings import refuse_no_numbers


@dataclass(frozen=True)
class PruningConfig:
    """A search for a smaller network.

    Attributes:
        data: folders with slices to calibrate and to judge on: labelled data sets, or images without labels.
        tolerance: how much the Dice per patient may fall, on patients that are judged on; 1 lets it fall anywhere.
        target_parameters: stop when the network has this many parameters or fewer; 0 goes on to the tolerance.
        target_multiply_adds: stop when it has this many multiply-adds per pixel or fewer; 0: no target.
        target_speed: stop when ONNX Runtime is this many times faster than with the unpruned network; 0: no target.
        split: a JSON file {"train": [...], "validation": [...]}: patients to calibrate and to judge on; others of the
            data take no part.
        slices: slices to calibrate on, drawn patient by patient and varied as in training.
        refit_slices: slices, drawn anew, of the last refit: of a network that exceeds the tolerance, before it is given
            up, and of the one that is chosen; 0 leaves it out. 1,600 need about 5 GB of memory.
        seed: everything random follows from it.
        step: share of the computation that a round saves: smaller is slower and a little better.
        ridge: pull of a refit towards the present kernels, as a share of its inputs' mean square.
        threads: threads of the processor; 0 leaves it to PyTorch.
    """

    data: tuple[str, ...] = ()
    tolerance: float = 0.001
    target_parameters: int = 0
    target_multiply_adds: float = 0.0
    target_speed: float = 0.0
    split: str = ""
    slices: int = 400
    refit_slices: int = 1600
    seed: int = 1
    step: float = 0.03
    ridge: float = 1e-3
    threads: int = 0

    def __post_init__(self) -> None:
        refuse_no_numbers(self)
        if not 0 <= self.tolerance <= 1:
            raise UsageError(f"the tolerance is a fall in Dice between 0 and 1, got {self.tolerance:g}")
        if min(self.target_parameters, self.target_multiply_adds, self.target_speed) < 0:
            raise UsageError("a target cannot be negative")
        if self.target_speed and (self.target_parameters or self.target_multiply_adds):
            raise UsageError("give one target, a size or a speed")
        if self.slices < 1:
            raise UsageError(f"slices must be at least 1, got {self.slices}")
        for name in ("refit_slices", "threads"):
            if getattr(self, name) < 0:
                raise UsageError(f"{name} must be at least 0, got {getattr(self, name)}")
        if not 0 < self.step < 1:
            raise UsageError(f"step must lie between 0 and 1, got {self.step:g}")
        if not self.ridge > 0:
            raise UsageError(f"ridge must be above 0, got {self.ridge:g}")

    @property
    def has_target(self) -> bool:
        """Whether a size or a speed ends the search, and not the tolerance alone."""
        return bool(self.target_parameters or self.target_multiply_adds or self.target_speed)
