"""What a filter does: how the result changes when it is turned off.

Measured on the grid on which a cine is segmented and before any clean-up, on slices at ED and ES (`subjects`). The
order is that of the divergence from the whole network's result, the score by which pruning tries its removals.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.evaluation.bootstrap import Summary, summarise
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.measures.divergence import Divergence, probabilities
from LVSegULib.measures.volumes import ejection_fraction
from LVSegULib.parallel import in_order
from LVSegULib.progress import Report, reporting, silent
from LVSegULib.visualization.filters import Filter
from LVSegULib.visualization.inspector import Inspector, off_by_layer
from LVSegULib.visualization.subjects import ED, ES, Subject, cavity_on_grid

LEAST_LEFT = 0.05
"""Of the reference at ED: with less than this share left, an ejection fraction says nothing."""


@dataclass(frozen=True)
class Effect:
    """What turning some filters off does; changes are means over hearts, each with its 95 % interval over patients.

    A heart is a patient's in one data set.

    Attributes:
        filters: that were off together, one or two.
        divergence: of the result from the whole network's, per pixel of heart; 0 if nothing changed.
        dice: change of the Dice per patient.
        ed_ml: change of the cavity's volume at ED, mL; of all slices where ED is not known.
        lvef: change of the ejection fraction, points, of the hearts of which something is left at ED (their number is
            its `count`); NaN where ED and ES are not known.
    """

    filters: tuple[Filter, ...]
    divergence: float
    dice: Summary
    ed_ml: Summary
    lvef: Summary

    @property
    def name(self) -> str:
        """The filters as they are written."""
        return " + ".join(map(str, self.filters))


@dataclass(frozen=True)
class Figures:
    """What a result comes to, heart by heart: Dice, mL at ED, and ejection fraction in per cent (P,)."""

    dice: NDArray[np.float64]
    ed_ml: NDArray[np.float64]
    lvef: NDArray[np.float64]


class Ablation:
    """The whole network's result on some patients, and what changes when filters are off."""

    def __init__(self, inspector: Inspector, subjects: Sequence[Subject]) -> None:
        """Run the whole network over all slices of `subjects`."""
        self._inspector, self._subjects = inspector, tuple(subjects)
        self._images = np.concatenate([subject.images for subject in subjects])
        logits = inspector.look(self._images).logits
        self._divergence = Divergence(probabilities(logits))
        self.whole = self._figures(logits)

    def effect(self, off: Sequence[Filter]) -> Effect:
        """What changes when the filters `off` are off together."""
        return self._effect(off, self._inspector.look(self._images, off=off).logits)

    def effects_in(self, layer: str, indices: Sequence[int]) -> Iterator[Effect]:
        """What changes when each of these filters of a layer is off by itself; what comes before runs once."""
        rest = self._inspector.rest_of(self._images, layer)
        # One thread more than processors: while networks run for some filters, the figures of another are counted.
        yield from in_order(lambda index: self._effect([Filter(layer, index)], rest([index])), indices, further=1)

    def _effect(self, off: Sequence[Filter], logits: NDArray[np.float32]) -> Effect:
        figures, patients = self._figures(logits), [subject.patient for subject in self._subjects]
        return Effect(
            filters=tuple(off),
            divergence=max(0.0, self._divergence.of(logits)),
            dice=summarise((figures.dice - self.whole.dice).tolist(), patients),
            ed_ml=summarise((figures.ed_ml - self.whole.ed_ml).tolist(), patients),
            lvef=summarise((figures.lvef - self.whole.lvef).tolist(), patients),
        )

    def _figures(self, logits: NDArray[np.float32]) -> Figures:
        found = cavity_on_grid(logits, self._inspector.model.spec)
        starts = np.cumsum([0, *(len(subject.images) for subject in self._subjects)])
        rows = [
            _figures_of(subject, found[start : start + len(subject.images)])
            for subject, start in zip(self._subjects, starts, strict=False)
        ]
        dice, ed_ml, lvef = (np.array(values) for values in zip(*rows, strict=True))
        return Figures(dice, ed_ml, lvef)


def removal_effects(ablation: Ablation, filters: Sequence[Filter], progress: Report = silent) -> list[Effect]:
    """The effect of each filter by itself, the strongest first; `progress` is told the share done."""
    found: list[Effect] = []
    for layer, indices in off_by_layer(filters).items():
        for effect in ablation.effects_in(layer, indices):
            found.append(effect)
            progress(len(found) / len(filters))
    return _strongest_first(found)


def pair_effects(
    ablation: Ablation, effects: Sequence[Effect], strongest: int, progress: Report = silent
) -> list[Effect]:
    """The effect of every pair of the `strongest` filters of `effects` (the strongest first), the strongest first."""
    chosen = [effect.filters[0] for effect in effects[:strongest]]
    pairs = list(combinations(chosen, 2))
    return _strongest_first([ablation.effect(pair) for pair in reporting(pairs, progress)])


def _strongest_first(effects: Sequence[Effect]) -> list[Effect]:
    return sorted(effects, key=lambda effect: -effect.divergence)


def effect_values(effect: Effect) -> dict[str, Any]:
    """The numbers of an effect, flat, for tables and pages; NaN where there is no number.

    The LVEF is of `lvef_hearts` of the `hearts`: one of which next to nothing is left has none.
    """
    values: dict[str, Any] = {"filter": effect.name, "divergence": effect.divergence}
    for name, summary in (("dice", effect.dice), ("ed_ml", effect.ed_ml), ("lvef", effect.lvef)):
        low, high = summary.mean_interval
        values |= {name: summary.mean, f"{name}_low": low, f"{name}_high": high}
    hearts = {"hearts": effect.ed_ml.count, "lvef_hearts": effect.lvef.count}
    return values | {"patients": effect.dice.patients} | hearts


def _figures_of(subject: Subject, found: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Dice, mL at ED and ejection fraction of one heart; NaN for the last where next to nothing is left at ED."""
    dice = Overlap.of(subject.reference, found).dice
    volumes = subject.volumes_ml(found)
    is_ed, is_es = subject.phases == ED, subject.phases == ES
    if not (is_ed.any() and is_es.any()):
        return dice, float(volumes.sum()), float("nan")
    ed_ml, es_ml = float(volumes[is_ed].sum()), float(volumes[is_es].sum())
    is_left = ed_ml >= LEAST_LEFT * subject.reference_ed_ml
    return dice, ed_ml, ejection_fraction(ed_ml, es_ml) if is_left else float("nan")
