"""The worst slices of an evaluation with their images, read and segmented once more, for a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.evaluation.cases import EvaluationCase, Predictor
from LVSegULib.evaluation.figures import LabelFigures
from LVSegULib.evaluation.records import SliceRecord


@dataclass(frozen=True)
class WorstSlice:
    """One slice to look at.

    Attributes:
        record: which it is and how bad.
        image: intensities (J, I).
        expert: label values of the reference (J, I).
        machine: label values of the prediction (J, I).
        spacing_mm: pixel size (J, I).
    """

    record: SliceRecord
    image: NDArray[np.float32]
    expert: NDArray[np.uint8]
    machine: NDArray[np.uint8]
    spacing_mm: tuple[float, float]


def worst_slices(
    figures: LabelFigures, cases: Sequence[EvaluationCase], predict: Predictor, count: int
) -> list[WorstSlice]:
    """The `count` slices with the lowest Dice, worst first.

    Images are not kept during an evaluation, so that a large data set fits into memory; here the few cases are read
    and segmented again.

    Args:
        figures: figures of the label.
        cases: the cases that were evaluated.
        predict: what was evaluated.
        count: how many slices.
    """
    records = figures.worst_slices(count)
    by_name = {case.name: case for case in cases}
    worst: list[WorstSlice | None] = [None] * len(records)
    for name in {record.case for record in records}:
        case = by_name[name]
        reference = case.read()
        predicted = predict(case, reference.cine)
        for rank, record in enumerate(records):
            if record.case == name:
                at = record.frame, record.slice
                images = reference.cine.frames[at], reference.labels[at], predicted[at]
                worst[rank] = WorstSlice(record, *images, reference.cine.spacing_mm[1:])
    return [one for one in worst if one is not None]
