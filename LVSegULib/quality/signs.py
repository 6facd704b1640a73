"""All the signs that a slice may be wrong, each with the words that tell people of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.quality import certainty, neighbours, shape, surroundings
from LVSegULib.quality.pixels import PerSlice
from LVSegULib.quality.view import View

Signs = NDArray[np.float64]
"""Signs of slices (len(SIGNS), ...): the greater, the worse; NaN where one cannot be told, which says nothing."""


@dataclass(frozen=True)
class Sign:
    """One sign.

    Attributes:
        key: name in `model.json`.
        reason: what it says of a slice, after "slice 3: ".
        is_optional: whether only some models can tell it, so that a calibration need not have it.
    """

    key: str
    reason: str
    is_optional: bool = False


DOUBT = Sign("doubt", "the network is unsure of it")

_FURTHER: tuple[tuple[Sign, Callable[[View], PerSlice]], ...] = (
    (Sign("blur", "the network is unsure where its border runs"), certainty.blur),
    (Sign("smallness", "it is very small"), shape.smallness),
    (Sign("raggedness", "its outline is ragged or in pieces"), shape.raggedness),
    (Sign("narrowness", "it is long and narrow"), shape.narrowness),
    (Sign("removed", "much of what the network found was cleaned away"), shape.removed),
    (Sign("filled", "large holes in it were filled"), shape.filled),
    (Sign("misfit", "it does not lie over the slices beside it"), neighbours.misfit),
    (Sign("leap", "its area does not fit the slices beside it"), neighbours.leap),
    (Sign("end", "it is the first or the last slice of the ventricle"), neighbours.end),
    (Sign("taper", "it is far smaller than the largest slice"), neighbours.taper),
    (Sign("gap in wall", "it has no dark wall on one side"), surroundings.gap_in_wall),
    (Sign("paleness", "what lies around it is as bright as it is"), surroundings.paleness),
    (Sign("bareness", "there is little myocardium beside it", is_optional=True), surroundings.bareness),
    (Sign("unevenness", "it is not evenly bright"), surroundings.unevenness),
    (Sign("dimness", "it is darker than the other slices"), surroundings.dimness),
)
_DOUBT_BESIDE = Sign("doubt beside", "the network is unsure of the slices beside it")

SIGNS = (DOUBT, _DOUBT_BESIDE, *(sign for sign, _ in _FURTHER))


def signs_of(view: View) -> Signs:
    """The signs of every slice (len(SIGNS), T, K), in the order of `SIGNS`."""
    doubt = certainty.doubt(view)
    return np.stack([doubt, certainty.doubt_beside(view, doubt), *(find(view) for _, find in _FURTHER)])
