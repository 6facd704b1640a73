"""The figures of a model's evaluations, as `model.json` holds them and cards show them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from LVSegULib.errors import InputError, reason
from LVSegULib.evaluation.bootstrap import summarise
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.json_text import read_json


def read_evaluation(path: Path) -> dict[str, Any]:
    """The JSON that `lvsegu evaluate --json` wrote.

    Raises:
        InputError: not such a file.
    """
    try:
        values: dict[str, Any] = read_json(path)
        next(iter(values["labels"].values()))["pooled_dice"]["value"]
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise InputError(f"{path} is not an evaluation of lvsegu evaluate --json: {reason(error)}") from error
    return values


def short_figures(evaluation: dict[str, Any]) -> dict[str, Any]:
    """The figures of an evaluation, each with its 95 % interval and n.

    Those of the first label come first, the LV cavity wherever it is segmented; `labels` holds those of the others.
    """
    (_, first), *others = evaluation["labels"].items()
    further = {"labels": {key: _of_label(values) for key, values in others}} if others else {}
    return {"patients": len(evaluation["patients"]), **_of_label(first), **further}


def change_figures(after: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """What a change of the model did to each patient: Dice and error of the LVEF, after less before, over patients.

    Of the first label. Both evaluations must be of the same patients; who has no LVEF in one counts for Dice only.

    Raises:
        InputError: they are of other patients.
    """
    if after["patients"] != before["patients"]:
        raise InputError(f"{after['dataset']}: the evaluations before and after are not of the same patients")
    labels = [next(iter(one["labels"].values())) for one in (after, before)]
    figures = {"dice_per_patient": _change(*(_dice(label) for label in labels))}
    if labels[0].get("clinical"):
        figures["ef_absolute_error"] = _change(*(_ef_errors(label) for label in labels))
    return figures


def challenge_figures(evaluation: dict[str, Any]) -> dict[str, Any]:
    """The figures of the MICCAI 2009 challenge of the LV cavity, each over patients.

    Raises:
        InputError: the evaluation has none.
    """
    challenge = evaluation["labels"].get("LV", {}).get("challenge")
    if not challenge:
        raise InputError(f"the evaluation of {evaluation['dataset']} has no figures of the MICCAI 2009 challenge")
    names = ("good_percent", "official_dice", "official_apd_mm", "all_dice", "all_apd_mm")
    counts = {name: challenge[name] for name in ("contours", "missing")}
    return {**counts, **{name: _mean(challenge[name]) for name in names}}


def with_interval(figure: dict[str, Any] | None, digits: int, *, has_n: bool = False) -> str:
    """A figure for people: "0.940 (0.930 to 0.948; n 21)"; "-" where there is none."""
    if not figure or figure["value"] is None:
        return "-"
    value, low, high = (figure[name] for name in ("value", "low", "high"))
    between = "" if low is None else f"{low:.{digits}f} to {high:.{digits}f}"
    inside = "; ".join(part for part in (between, f"n {figure['n']}" if has_n else "") if part)
    return f"{value:.{digits}f}" + (f" ({inside})" if inside else "")


def dice_shown(figures: dict[str, Any]) -> str:
    """The Dice of each data set that a model was tested on, "Sunnybrook 0.951, CHLA 0.921"; "-" if none."""
    found = [(name, _overall_dice(values)) for name, values in figures.items()]
    return ", ".join(f"{name} {dice:.3f}" for name, dice in found if dice is not None) or "-"


def _of_label(label: dict[str, Any]) -> dict[str, Any]:
    slices, volumes, pooled = label["slices"], label["volumes"], label["pooled_dice"]
    clinical = label.get("clinical")
    figures = {
        "dice_pooled": _figure(pooled["value"], pooled["interval"], pooled["patients"]),
        "dice_per_patient": _mean(label["dice_per_patient"]),
        "dice_per_volume": _mean(volumes["all"]["dice"]),
        **{f"dice_{name}": _mean(volumes[name]["dice"]) for name in ("ED", "ES") if name in volumes},
        "dice_per_slice": _mean(slices["all"]["dice"]),
        **{f"dice_{name}": _mean(slices[name]["dice"]) for name in ("base", "mid", "apex") if name in slices},
        "below_0.9": _mean(slices["all"]["below"]),
        "hd95_mm": _mean(slices["all"]["hd95_mm"]),
        "volume_error_percent": _mean(volumes["all"]["error_percent"]),
    }
    if clinical:
        figures["ef_absolute_error"] = _mean(clinical["LVEF_percent"]["absolute_error"])
        correlation = clinical["LVEF_percent"]["correlation"]
        figures["ef_correlation"] = _figure(correlation, (None, None), clinical["patients"])
    return figures


def _overall_dice(values: dict[str, Any]) -> float | None:
    """The pooled Dice of one data set's figures; of training's own validation the mean, which is a plain number."""
    pooled = values.get("dice_pooled")
    value = pooled.get("value") if isinstance(pooled, dict) else values.get("dice_mean")
    return float(value) if isinstance(value, (int, float)) else None


def _dice(label: dict[str, Any]) -> dict[str, float]:
    """Dice of each patient, over all volumes together."""
    overlaps: dict[str, list[Overlap]] = {}
    for volume in label["every_volume"]:
        overlaps.setdefault(volume["patient"], []).append(Overlap(**volume["overlap"]))
    return {patient: Overlap.total(counted).dice for patient, counted in overlaps.items()}


def _ef_errors(label: dict[str, Any]) -> dict[str, float]:
    """Error of the LVEF without sign, points, of each patient who has one."""
    values = {
        one["patient"]: (one["prediction"]["LVEF_percent"], one["reference"]["LVEF_percent"])
        for one in label["every_patient"]
    }
    return {patient: abs(found - true) for patient, (found, true) in values.items() if None not in (found, true)}


def _change(after: dict[str, float], before: dict[str, float]) -> dict[str, Any]:
    patients = sorted(after.keys() & before.keys())
    found = summarise([after[patient] - before[patient] for patient in patients], patients)
    return _figure(found.mean, found.mean_interval, found.count)


def _mean(summary: dict[str, Any]) -> dict[str, Any]:
    return _figure(summary["mean"], summary["mean_interval"], summary["count"])


def _figure(value: float | None, interval: Sequence[float | None], count: int) -> dict[str, Any]:
    known = (None if number is None or math.isnan(number) else number for number in (value, *interval))
    rounded = (None if number is None else round(float(number), 6) for number in known)
    return {**dict(zip(("value", "low", "high"), rounded, strict=True)), "n": count}
