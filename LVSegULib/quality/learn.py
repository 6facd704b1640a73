"""Learn a calibration from slices of known Dice, and say how well it does on patients that it was not learnt from."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from LVSegULib.errors import InputError
from LVSegULib.evaluation.bootstrap import Ratio
from LVSegULib.quality.calibration import FAR_OFF, GOOD_DICE, Calibration, any_of, wrong_by_all
from LVSegULib.quality.examples import Examples
from LVSegULib.quality.logistic import fit_logistic
from LVSegULib.quality.roc import Choices, Numbers, area_under, shares_flagged, threshold_for
from LVSegULib.quality.score import patient_score

FOUND_SHARE = 0.92
"""Share of the bad slices below the threshold where it is set; the goal is 90 %, and of new patients it finds less."""

MOST_ALARMS = 0.2
"""Share of the good slices that may be flagged for it: nobody looks at a list of half of all slices."""

PARTS = 10
"""Patients are dealt into so many parts, and each part is judged by what was learnt from the others."""

FEWEST_ENDS = 5
"""Empty slices at the end of a stack: so many must be right and so many wrong, or it is not said how often they are."""

SOFTNESS = 0.04
"""Over so much Dice a slice goes from good to bad: one of 0.79 is not surely bad, and one of 0.81 not surely good."""


@dataclass(frozen=True)
class Judgement:
    """What a calibration says of slices that it was not learnt from.

    Attributes:
        wrong: probability that each is bad (N,).
        flagged: whether it would be flagged (N,).
    """

    wrong: Numbers
    flagged: Choices


def learn(examples: Examples) -> tuple[Calibration, Judgement]:
    """A calibration from all of `examples`, and the judgement of each patient by one without its part of the patients.

    Raises:
        InputError: there are too few patients, or too few bad or good slices, to learn from.
    """
    check_enough(examples)
    judgement = cross_validated(examples)
    calibration = calibration_from(examples)
    figures = figures_of(examples, judgement)
    return dataclasses.replace(calibration, figures=figures), judgement


def check_enough(examples: Examples) -> None:
    """Refuse examples that nothing can be learnt from.

    Raises:
        InputError: one patient, no bad slice, or bad or good slices in one patient only.
    """
    patients, bad = len(set(examples.patients)), examples.bad
    advice = "give more patients that the network was not trained on (--data, --folds)"
    if patients < 2:
        raise InputError(f"a calibration needs two patients or more, got {patients}: {advice}")
    for is_such, what in (
        (bad & examples.found, f"has a Dice below {GOOD_DICE:g}"),
        (~bad & examples.found, f"has a Dice of {GOOD_DICE:g} or more"),
    ):
        with_such = len(set(examples.patients[is_such]))
        if with_such < 2:
            where = "in one patient only" if with_such else "nowhere"
            raise InputError(f"of {len(bad)} slices, one with a cavity that {what} is {where}: {advice}")


def calibration_from(examples: Examples) -> Calibration:
    """Weights from all of `examples`, and the threshold that finds enough of the bad slices, each judged by others."""
    threshold = 1 - threshold_for(_judged_by_others(examples), examples.bad, FOUND_SHARE, MOST_ALARMS)
    return dataclasses.replace(_fit(examples), threshold=threshold)


def cross_validated(examples: Examples) -> Judgement:
    """Each part of the patients judged by a calibration, threshold included, from the other parts."""
    wrong, flagged = np.empty(len(examples.area)), np.empty(len(examples.area), bool)
    for part in _parts(examples):
        judged = judge_examples(calibration_from(examples.of(~part)), examples.of(part))
        wrong[part], flagged[part] = judged.wrong, judged.flagged
    return Judgement(wrong, flagged)


def judge_examples(calibration: Calibration, examples: Examples) -> Judgement:
    """What a calibration says of `examples`."""
    by_rules = any_of(examples.by_rules, np.where(examples.empty_end, calibration.end_rate, 0.0))
    wrong = wrong_by_all(calibration.logistic, examples.signs, examples.found, by_rules)
    return Judgement(wrong, 1 - wrong < calibration.threshold)


def figures_of(examples: Examples, judgement: Judgement) -> dict[str, Any]:
    """How well a judgement and the Dice agree, with 95 % intervals over patients, for `model.json` and people."""
    bad, patients = examples.bad, examples.patients.tolist()
    found, alarms = shares_flagged(judgement.flagged, bad, patients)
    far_off = examples.dice < FAR_OFF
    far_off_found, _ = shares_flagged(judgement.flagged, far_off, patients)
    correlation = _rank_correlation(examples, judgement)
    return {
        "patients": len(set(patients)),
        "slices": len(bad),
        "bad_slices": int(bad.sum()),
        "area_under_roc": plain_figure(area_under(judgement.wrong, bad, patients)),
        "bad_found": plain_figure(found),
        "false_alarms": plain_figure(alarms),
        "far_off_slices": int(far_off.sum()),
        "far_off_found": plain_figure(far_off_found),
        "patient_score_rank_correlation": None if correlation is None else round(correlation, 3),
    }


def plain_figure(figure: Ratio) -> dict[str, float | None]:
    """Value and interval, to four digits; None where one cannot be told."""
    rounded = [round(number, 4) if math.isfinite(number) else None for number in (figure.value, *figure.interval)]
    return dict(zip(("value", "low", "high"), rounded, strict=True))


def _fit(examples: Examples) -> Calibration:
    """A calibration that flags nothing yet."""
    with_cavity = examples.of(examples.found)
    badness = 1 / (1 + np.exp((with_cavity.dice - GOOD_DICE) / SOFTNESS))
    return Calibration(fit_logistic(with_cavity.signs, badness), 0.0, end_rate=_end_rate(examples))


def _end_rate(examples: Examples) -> float:
    """How often an empty slice at the end of a stack is wrong; 0 where too few tell.

    Data sets without slices above the base and below the apex hold none that are right.
    """
    bad = examples.bad[examples.empty_end]
    wrong, right = int(bad.sum()), int((~bad).sum())
    return wrong / (wrong + right) if min(wrong, right) >= FEWEST_ENDS else 0.0


def _judged_by_others(examples: Examples) -> Numbers:
    """Probability that each slice is bad, from weights without its part of the patients (N,)."""
    wrong = np.empty(len(examples.area))
    for part in _parts(examples):
        wrong[part] = judge_examples(_fit(examples.of(~part)), examples.of(part)).wrong
    return wrong


def _parts(examples: Examples) -> list[Choices]:
    """The slices of each part of the patients; the sorted patients are dealt out in turn."""
    _, owner = np.unique(examples.patients, return_inverse=True)
    count = min(PARTS, int(owner.max()) + 1)
    return [owner % count == part for part in range(count)]


def _rank_correlation(examples: Examples, judgement: Judgement) -> float | None:
    """Spearman's correlation of the patients' score and their Dice, pooled over slices; None if there is none."""
    from scipy.stats import rankdata

    scores, dice = [], []
    for patient in np.unique(examples.patients):
        own = examples.patients == patient
        both, reference, result = examples.counts[:, own].sum(axis=1)
        scores.append(patient_score(judgement.wrong[own], examples.area[own]))
        dice.append(2 * both / max(reference + result, 1))
    ranks = np.array([rankdata(scores), rankdata(dice)])
    if len(dice) < 3 or (np.ptp(ranks, axis=1) == 0).any():
        return None
    return float(np.corrcoef(ranks)[0, 1])
