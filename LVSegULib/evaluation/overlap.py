"""How much a prediction and a reference overlap: pixel counts that can be summed, and the Dice of any sum."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError


@dataclass(frozen=True)
class Overlap:
    """Pixels of a region, counted.

    Attributes:
        both: in the reference and in the prediction.
        reference: in the reference.
        prediction: in the prediction.
    """

    both: int
    reference: int
    prediction: int

    @property
    def dice(self) -> float:
        """Dice, 2 |A and B| / (|A| + |B|); NaN if both are empty, for then there is nothing to agree on."""
        total = self.reference + self.prediction
        return 2 * self.both / total if total else math.nan

    @classmethod
    def of(cls, reference: NDArray[np.bool_], prediction: NDArray[np.bool_]) -> Overlap:
        """Count two masks of the same shape.

        Raises:
            InputError: the shapes differ.
        """
        _check_shapes(reference, prediction)
        return cls(
            both=int(np.count_nonzero(reference & prediction)),
            reference=int(np.count_nonzero(reference)),
            prediction=int(np.count_nonzero(prediction)),
        )

    @classmethod
    def total(cls, overlaps: Iterable[Overlap]) -> Overlap:
        """The counts summed, so that its Dice is the pooled one."""
        counted = list(overlaps)
        return cls(
            both=sum(overlap.both for overlap in counted),
            reference=sum(overlap.reference for overlap in counted),
            prediction=sum(overlap.prediction for overlap in counted),
        )


def _check_shapes(reference: NDArray[Any], prediction: NDArray[Any]) -> None:
    if reference.shape != prediction.shape:
        raise InputError(f"the prediction has the shape {prediction.shape}, its reference {reference.shape}")
