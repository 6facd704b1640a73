"""Choose the probability from which a pixel counts, so that volumes of patients not learnt from come out right.

Training with the Dice of each slice makes a network draw too large where it is unsure. Each patient is judged by the
fold's network that kept it back, at several probabilities; the one is chosen at which the cavity's volume is neither
too large nor too small, on average over data sets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.base import Engine
from LVSegULib.errors import InputError
from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.evaluation.datasets import EvaluationSet
from LVSegULib.evaluation.out_of_fold import judges
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.modelfolder.threshold import log_odds, log_odds_in_force
from LVSegULib.progress import Report, silent
from LVSegULib.segmentation.segment import segment_cine

PROBABILITIES = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)


class Shifted:
    """An engine whose logits are lower by `shift`: it cuts at the probability that has these log-odds."""

    def __init__(self, engine: Engine, shift: np.float32) -> None:
        self._engine, self._shift = engine, shift
        self.name, self.version, self.batch = engine.name, engine.version, engine.batch

    def logits(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Engine`."""
        return self._engine.logits(images) - self._shift


@dataclass(frozen=True)
class Choice:
    """What was found at each probability.

    Attributes:
        chosen: the probability at which the mean of `errors` over data sets is nearest to 0.
        errors: mean volume error over patients, per cent, by data set, one for each of `PROBABILITIES`; data sets of
            one name are told apart by the ends of their paths.
        dice: mean Dice per patient, likewise.
        patients: how many patients there are, by data set.
    """

    chosen: float
    errors: dict[str, tuple[float, ...]]
    dice: dict[str, tuple[float, ...]]
    patients: dict[str, int]

    @property
    def left(self) -> float:
        """The mean volume error over data sets that is left at `chosen`, per cent; -100 where nothing is drawn."""
        at = PROBABILITIES.index(self.chosen)
        return float(np.mean([errors[at] for errors in self.errors.values()]))


def choose_threshold(
    datasets: Sequence[EvaluationSet],
    models: Sequence[ModelSpec],
    engines: Sequence[Engine],
    progress: Report = silent,
) -> Choice:
    """Try every one of `PROBABILITIES` on the patients that the models of the folds kept back.

    Args:
        datasets: labelled data sets.
        models: one of each fold, with its split; a threshold that one carries is taken back first.
        engines: what runs each of them.
        progress: told the share done.

    Raises:
        InputError: a case cannot be read, or has no cavity in any frame.
        UsageError: none of the patients was kept back by one of the models.
    """
    total, done = sum(len(dataset.cases) for dataset in datasets), 0
    errors, dice, patients = {}, {}, {}
    for name, dataset in zip(_names(datasets), datasets, strict=True):
        judge = judges([case.patient for case in dataset.cases], models)
        found: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
        for case in dataset.cases:
            if case.patient in judge:
                position = judge[case.patient]
                found[case.patient].append(_counts(case, models[position], engines[position]))
            done += 1
            progress(done / total)
        sums = np.array([np.sum(counts, axis=0) for counts in found.values()])  # (patients, probabilities, 3)
        overlap, drawn, cavity = np.moveaxis(sums, -1, 0)
        errors[name] = tuple((100 * (drawn / cavity - 1)).mean(axis=0).tolist())
        dice[name] = tuple((2 * overlap / (drawn + cavity)).mean(axis=0).tolist())
        patients[name] = len(found)
    mean = np.mean(list(errors.values()), axis=0)
    return Choice(PROBABILITIES[int(np.abs(mean).argmin())], errors, dice, patients)


def _names(datasets: Sequence[EvaluationSet]) -> list[str]:
    """The name of each data set; of two with one name, the end of the path that the other's has not."""
    names = []
    for dataset in datasets:
        others = {other.folder.parts for other in datasets if other.name == dataset.name} - {dataset.folder.parts}
        parts = dataset.folder.parts
        ends = (parts[-count:] for count in range(1, len(parts)))
        own = next((end for end in ends if all(other[-len(end) :] != end for other in others)), parts)
        names.append("/".join(own) if others and own else dataset.name)
    return names


def _counts(case: EvaluationCase, model: ModelSpec, engine: Engine) -> NDArray[np.float64]:
    """Pixels of overlap, result and reference at each of `PROBABILITIES` (P, 3), in the frames that are drawn."""
    reference = case.read()
    frames = list(reference.frames)
    cavity = reference.labels[frames] == CAVITY.value
    if not cavity.any():
        raise InputError(f"{case.name}: has no cavity in any frame: leave it out of the data set")
    rows = []
    for probability in PROBABILITIES:
        shifted = Shifted(engine, np.float32(log_odds(probability) - log_odds_in_force(model)))
        drawn = segment_cine(reference.cine, model, shifted).labels[frames] == CAVITY.value
        rows.append([np.count_nonzero(mask) for mask in (cavity & drawn, drawn, cavity)])
    return np.array(rows, np.float64)
