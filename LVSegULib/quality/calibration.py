"""From signs to the probability that a slice is good, as a model's `model.json` holds it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import ModelError, UsageError
from LVSegULib.quality.logistic import Logistic
from LVSegULib.quality.rules import Rule
from LVSegULib.quality.signs import SIGNS, Signs
from LVSegULib.settings import fitted

GOOD_DICE = 0.8
"""A slice of a lower Dice is bad."""

WITHOUT_WEIGHT = {"mean": 0.0, "scale": 1.0, "weight": 0.0}
"""A sign that does not count."""

FAR_OFF = 0.5
"""A slice of a lower Dice is far off; how many of these are flagged is told beside."""


@dataclass(frozen=True)
class Calibration:
    """How signs count, learnt from slices whose Dice is known.

    Attributes:
        logistic: weights of the signs.
        threshold: a slice whose probability of being good is lower is flagged.
        figures: how well flagged slices and bad ones agree, on patients that it was not learnt from.
        end_rate: how often a cavity was missed in a slice at the end of the stack, see `end_rule`; 0 where unknown.
    """

    logistic: Logistic
    threshold: float
    figures: dict[str, Any] = field(default_factory=dict)
    end_rate: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain numbers for `model.json`."""
        logistic = self.logistic
        rows = zip(SIGNS, logistic.means, logistic.scales, logistic.weights, strict=True)
        return {
            "good_dice": GOOD_DICE,
            "signs": {
                sign.key: {"mean": round(float(mean), 6), "scale": round(float(scale), 6), "weight": round(float(w), 6)}
                for sign, mean, scale, w in rows
            },
            "bias": round(logistic.bias, 6),
            "end_rate": round(self.end_rate, 6),
            "threshold": round(self.threshold, 6),
            "figures": self.figures,
        }


def calibration_of(quality: dict[str, Any], where: str) -> Calibration | None:
    """The calibration in `quality` of a `model.json`; None if the model has none. `where` names the model in errors.

    Raises:
        ModelError: it is not such a description, or knows signs that this version does not.
    """
    if not quality:
        return None
    try:
        return _calibration(quality)
    except (KeyError, UsageError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else f"has {error}"
        raise ModelError(f"{where}: its quality calibration {reason}: run lvsegu calibrate on it again") from error


def _calibration(quality: dict[str, Any]) -> Calibration:
    def number(name: str, default: float | None = None) -> float:
        found = float(fitted(name, quality[name] if default is None else quality.get(name, default), float))
        if not math.isfinite(found):
            raise UsageError(f"no number for {name}")
        return found

    signs = {key: fitted(key, one, dict[str, float]) for key, one in _signs(quality["signs"]).items()}
    if (good_dice := number("good_dice")) != GOOD_DICE:
        raise UsageError(f"another limit of a good slice, {good_dice:g}")
    means, scales, weights = (
        np.array([float(signs[sign.key][name]) for sign in SIGNS]) for name in ("mean", "scale", "weight")
    )
    if not np.isfinite((means, scales, weights)).all() or not (scales > 0).all():
        raise UsageError("signs that cannot be scaled")
    end_rate = number("end_rate", 0.0)
    if not 0 <= end_rate < 1:
        raise UsageError(f"an end_rate of {end_rate:g}")
    figures = fitted("figures", quality.get("figures", {}), dict[str, Any])
    return Calibration(Logistic(means, scales, weights, number("bias")), number("threshold"), figures, end_rate)


def _signs(values: Any) -> dict[str, Any]:
    """What is said of each sign that there is; of those that only some models can tell, also where nothing is said."""
    known: dict[str, Any] = {sign.key: WITHOUT_WEIGHT for sign in SIGNS if sign.is_optional}
    known |= fitted("signs", values, dict[str, Any])
    if unknown := sorted(known.keys() ^ {sign.key for sign in SIGNS}):
        raise UsageError(f'other signs than this version knows ("{unknown[0]}")')
    return known


def wrong_by_all(
    logistic: Logistic, signs: Signs, found: NDArray[np.bool_], by_rules: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probability that slices are bad: by their signs where they have a cavity, or else by a rule.

    Args:
        logistic: weights of the signs.
        signs: signs (F, ...).
        found: which slices have a cavity (...).
        by_rules: what the rules say of them (...), see `wrong_by_rules`.
    """
    by_signs = np.where(found, logistic.wrong(signs), 0.0)
    return any_of(by_signs, by_rules)


def wrong_by_rules(rules: Sequence[Rule]) -> NDArray[np.float64]:
    """Probability that at least one of the rules is right in taking a slice for wrong (T, K)."""
    return any_of(*(rule.wrong for rule in rules))


def any_of(*chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability that at least one of several independent things is so, from that of each."""
    return np.asarray(1 - np.prod([1 - chance for chance in chances], axis=0), np.float64)
