"""The figures of one way of pruning at one size."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from LVSegULib.atomic import write_json
from LVSegULib.engines.base import open_engine
from LVSegULib.evaluation.bootstrap import Interval, summarise
from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.evaluation.evaluate import evaluate
from LVSegULib.evaluation.figures import overlap_by_patient
from LVSegULib.evaluation.out_of_fold import predictor
from LVSegULib.json_text import read_json
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.network.config import count_multiply_adds


@dataclass(frozen=True)
class Figures:
    """One way of pruning at one size, over all patients that were judged.

    Attributes:
        method: which way.
        share: share of the parameters that was asked for; 1 for the unpruned networks.
        parameters: that are left, mean over the folds.
        multiply_adds: per pixel, mean over the folds.
        milliseconds: for a slice with ONNX Runtime on one thread, median, of the first fold's network.
        patients: how many.
        dice: Dice per patient, mean.
        dice_interval: its 95 % confidence interval.
        change: change of the Dice per patient from the unpruned network, mean over patients.
        change_interval: its 95 % confidence interval, of paired differences.
        ef_error: error of the LVEF without sign, points, mean; NaN if no patient has one.
        ef_error_interval: its 95 % confidence interval.
        ef_patients: how many patients have an LVEF: the ventricle was found at ED.
    """

    method: str
    share: float
    parameters: float
    multiply_adds: float
    milliseconds: float
    patients: int
    dice: float
    dice_interval: Interval
    change: float
    change_interval: Interval
    ef_error: float
    ef_error_interval: Interval
    ef_patients: int


def evaluated(
    path: Path, networks: Sequence[ModelFolder], cases: Sequence[EvaluationCase]
) -> tuple[dict[str, float], dict[str, float]]:
    """Dice and error of the LVEF (points, without sign) by patient; read from `path` if it is of these networks."""
    weights = [model.spec.sha256 for model in networks]
    if path.is_file() and (known := read_json(path))["weights"] == weights:
        return known["dice"], known["ef_error"]
    engines = [open_engine(model) for model in networks]
    predict = predictor(cases, [model.spec for model in networks], engines)
    (figures,) = evaluate("all", cases, predict, networks[0].spec.labels[:1]).labels.values()
    dice = {patient: overlap.dice for patient, overlap in overlap_by_patient(figures.volume_records).items()}
    errors = {pair.patient: abs(pair.predicted_ef - pair.reference_ef) for pair in figures.pairs}
    finite = {patient: error for patient, error in errors.items() if math.isfinite(error)}
    values: dict[str, Any] = {"weights": weights, "dice": dice, "ef_error": finite}
    write_json(path, values)
    return dice, finite


def figures_of(
    method: str,
    share: float,
    networks: Sequence[ModelFolder],
    milliseconds: float,
    dice: Mapping[str, float],
    errors: Mapping[str, float],
    whole: Mapping[str, float],
) -> Figures:
    """The row of some networks; `whole` is the Dice by patient of the unpruned ones."""
    patients = list(dice)
    own = summarise(list(dice.values()), patients)
    change = summarise([dice[patient] - whole[patient] for patient in patients], patients)
    error = summarise(list(errors.values()), list(errors))
    return Figures(
        method=method,
        share=share,
        parameters=sum(model.spec.parameters for model in networks) / len(networks),
        multiply_adds=sum(count_multiply_adds(model.spec.network) for model in networks) / len(networks),
        milliseconds=milliseconds,
        patients=len(patients),
        dice=own.mean,
        dice_interval=own.mean_interval,
        change=change.mean,
        change_interval=change.mean_interval,
        ef_error=error.mean,
        ef_error_interval=error.mean_interval,
        ef_patients=error.count,
    )
