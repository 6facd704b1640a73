"""Slices to learn from: of patients that the network was not trained on, with their signs and their Dice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.base import Engine
from LVSegULib.errors import InputError
from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.progress import Report, reporting, silent
from LVSegULib.quality.calibration import GOOD_DICE, wrong_by_rules
from LVSegULib.quality.rules import is_empty_end, rules_of
from LVSegULib.quality.signs import Signs, signs_of
from LVSegULib.segmentation.segment import SegmentationOptions, segment_cine


@dataclass(frozen=True)
class Examples:
    """Slices of known Dice.

    Attributes:
        signs: their signs (F, N).
        by_rules: probability by rules that they are bad (N,).
        empty_end: whether they are empty at the end of the stack (N,), see `is_empty_end`.
        area: pixels of the cavity on the network's grid (N,).
        counts: on the images' own pixels, those of the cavity in both, in the reference, in the result (3, N).
        patients: whose they are (N,).
        sets: in which data set they are (N,).
    """

    signs: Signs
    by_rules: NDArray[np.float64]
    empty_end: NDArray[np.bool_]
    area: NDArray[np.float64]
    counts: NDArray[np.int64]
    patients: NDArray[np.str_]
    sets: NDArray[np.str_]

    @property
    def found(self) -> NDArray[np.bool_]:
        """Which of them have a cavity in the result."""
        return self.area > 0

    @property
    def dice(self) -> NDArray[np.float64]:
        """Dice of each; 1 where neither the reference nor the result has a cavity."""
        total = self.counts[1] + self.counts[2]
        return np.where(total > 0, 2 * self.counts[0] / np.maximum(total, 1), 1.0)

    @property
    def bad(self) -> NDArray[np.bool_]:
        """Which of them are bad."""
        return self.dice < GOOD_DICE

    def of(self, chosen: NDArray[np.bool_]) -> Examples:
        """Those that are `chosen` (N,)."""
        return Examples(
            self.signs[:, chosen],
            self.by_rules[chosen],
            self.empty_end[chosen],
            self.area[chosen],
            self.counts[:, chosen],
            self.patients[chosen],
            self.sets[chosen],
        )


def collect(
    cases: Sequence[tuple[str, EvaluationCase, ModelSpec, Engine]],
    progress: Report = silent,
    same: Sequence[Sequence[str]] = (),
) -> Examples:
    """Segment cases and compare their slices with the reference, in every frame that the expert worked on.

    Args:
        cases: name of the data set, the case, and the model and engine that segment it.
        progress: told the share done.
        same: the names of each patient who has several; the first of them stands for all.

    Raises:
        InputError: a case cannot be read, or there is none.
    """
    if not cases:
        raise InputError("there is no case to learn from")
    examples = joined([_examples_of(*chosen) for chosen in reporting(cases, progress)])
    first = {name: names[0] for names in same for name in names}
    return replace(examples, patients=np.array([first.get(name, name) for name in examples.patients.tolist()]))


def joined(parts: Sequence[Examples]) -> Examples:
    """All of several examples."""
    return Examples(
        np.concatenate([part.signs for part in parts], axis=1),
        np.concatenate([part.by_rules for part in parts]),
        np.concatenate([part.empty_end for part in parts]),
        np.concatenate([part.area for part in parts]),
        np.concatenate([part.counts for part in parts], axis=1),
        np.concatenate([part.patients for part in parts]),
        np.concatenate([part.sets for part in parts]),
    )


def _examples_of(name: str, case: EvaluationCase, model: ModelSpec, engine: Engine) -> Examples:
    reference = case.read()
    segmentation = segment_cine(reference.cine, model, engine, SegmentationOptions(keep_view=True))
    frames, view = list(reference.frames), segmentation.view
    if view is None:
        raise InputError(f"{case.name}: the model {model.name} does not segment the cavity")
    expert, machine = (labels[frames] == CAVITY.value for labels in (reference.labels, segmentation.labels))
    counts = [np.count_nonzero(mask, axis=(2, 3)).ravel() for mask in (expert & machine, expert, machine)]
    signs = signs_of(view)[:, frames]
    number = counts[0].size
    return Examples(
        signs.reshape(len(signs), -1),
        wrong_by_rules(rules_of(view))[frames].ravel(),
        is_empty_end(view)[frames].ravel(),
        view.area[frames].ravel(),
        np.stack(counts),
        np.full(number, case.patient),
        np.full(number, name),
    )
