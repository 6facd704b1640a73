"""The quality of a segmentation: a score for every slice and for the patient, and the slices to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.quality.calibration import Calibration, wrong_by_all, wrong_by_rules
from LVSegULib.quality.pixels import PerSlice
from LVSegULib.quality.rules import Rule, end_rule, rules_of
from LVSegULib.quality.signs import SIGNS, Signs, signs_of
from LVSegULib.quality.view import View


@dataclass(frozen=True)
class Flag:
    """A slice to look at.

    Attributes:
        frame: its frame, from 0.
        slice: its slice, from 0.
        score: its score.
        reason: what speaks most against it, in words.
    """

    frame: int
    slice: int
    score: float
    reason: str


@dataclass(frozen=True)
class Quality:
    """How far a segmentation can be trusted.

    Attributes:
        scores: probability that each slice is good (T, K): that its Dice with an expert's cavity is 0.8 or more.
        flags: the slices with a lower score than `threshold`, by frame and slice.
        threshold: below this, a slice is flagged.
        patient: expected share of the cavity, over all slices and frames, that lies in good slices.
    """

    scores: NDArray[np.float64]
    flags: tuple[Flag, ...]
    threshold: float
    patient: float

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """Which slices are flagged (T, K)."""
        return self.scores < self.threshold

    def to_json(self) -> dict[str, Any]:
        """Plain numbers and lists; scores by frame and slice."""
        return {
            "patient_score": round(self.patient, 3),
            "threshold": round(self.threshold, 3),
            "flagged": [
                {"frame": flag.frame, "slice": flag.slice, "score": round(flag.score, 3), "reason": flag.reason}
                for flag in self.flags
            ],
            "scores": np.round(self.scores, 3).tolist(),
        }


def judge(view: View, calibration: Calibration) -> Quality:
    """The quality of what `view` shows."""
    signs, rules = signs_of(view), (*rules_of(view), end_rule(view, calibration.end_rate))
    wrong = wrong_by_all(calibration.logistic, signs, view.found, wrong_by_rules(rules))
    scores, threshold = 1 - wrong, calibration.threshold
    flags = tuple(
        Flag(int(t), int(k), float(scores[t, k]), _reason(calibration, signs[:, t, k], rules, (int(t), int(k))))
        for t, k in np.argwhere(scores < threshold)
    )
    return Quality(scores, flags, threshold, patient_score(wrong, view.area))


def patient_score(wrong: PerSlice, area: PerSlice) -> float:
    """Share of the cavity's area that lies in good slices, as far as it can be expected, 0 to 1.

    An empty slice counts as much as it is likely to be wrong, with the mean area of the slices that have a cavity.

    Args:
        wrong: probability that each slice is bad, of any shape.
        area: area of the cavity in each, likewise.
    """
    found = area > 0
    usual = float(area[found].mean()) if found.any() else 1.0
    weights = np.where(found, area, wrong * usual)
    return float(np.average(1 - wrong, weights=weights))


def _reason(calibration: Calibration, signs: Signs, rules: Sequence[Rule], at: tuple[int, int]) -> str:
    """What pulls a slice with `signs` (F,) down most."""
    pulls = calibration.logistic.pulls(signs)
    by_signs = float(calibration.logistic.wrong(signs)) if np.isfinite(signs).any() else 0.0
    rule = max(rules, key=lambda one: float(one.wrong[at]))
    return rule.reason if rule.wrong[at] > by_signs else SIGNS[int(np.argmax(pulls))].reason
