"""What is evaluated: stacks with a reference, whatever data set they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine

Polygon = NDArray[np.float64]
"""Corners (N, 2) as (i, j) in pixels, the centre of the first pixel being (0, 0)."""


@dataclass(frozen=True)
class Reference:
    """A cine with what an expert drew on it.

    Attributes:
        cine: the images.
        labels: label values (T, K, J, I).
        frames: the frames that the expert worked on; in these, a slice without contour has no ventricle.
        phases: "ED" or "ES" by frame, where the data set says so.
        contours: the expert's own endocardial contours by (frame, slice), where the data set has contours; otherwise
            they are taken from the labels.
    """

    cine: Cine
    labels: NDArray[np.uint8]
    frames: tuple[int, ...]
    phases: Mapping[int, str] = field(default_factory=dict)
    contours: Mapping[tuple[int, int], Polygon] = field(default_factory=dict)


@dataclass(frozen=True)
class EvaluationCase:
    """One stack or cine with reference, read when its turn comes.

    Attributes:
        name: its name, unique in the data set.
        patient: whose it is; figures are bootstrapped over patients.
        read: reads it.
    """

    name: str
    patient: str
    read: Callable[[], Reference]


Predictor = Callable[[EvaluationCase, Cine], NDArray[np.uint8]]
"""Segments the cine of a case: label values (T, K, J, I) of `LVSegULib.labels`."""
