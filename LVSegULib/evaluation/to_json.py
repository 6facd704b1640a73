"""An evaluation as plain lists and numbers for a JSON file."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from LVSegULib.evaluation.bootstrap import CONFIDENCE, RESAMPLES, SEED
from LVSegULib.evaluation.challenge import GOOD_APD_MM
from LVSegULib.evaluation.clinical import PatientVolumes
from LVSegULib.evaluation.evaluate import Evaluation
from LVSegULib.evaluation.figures import GOOD_DICE, LabelFigures
from LVSegULib.evaluation.records import SliceRecord, VolumeRecord

CONVENTIONS = {
    "dice_per_slice": "slices in which the reference has the label; an empty prediction is 0",
    "dice_per_volume": "one frame of one stack, false positive slices included",
    "dice_per_patient": "counts summed over a patient's volumes",
    "pooled_dice": "counts summed over all volumes; in a group of slices, over these slices",
    "both_empty": "left out: Dice and distances are undefined",
    "hd95_mm": "larger of the two directed 95th percentiles between borders, in the slice or in the volume",
    "regions": "base, mid, apex: thirds of the slices with reference in each volume; base is the patient's larger end",
    "intervals": f"{CONFIDENCE:.0%} percentile bootstrap over patients, {RESAMPLES} resamples, seed {SEED}",
    "challenge": f"Radau et al. 2009; a good contour has an average perpendicular distance below {GOOD_APD_MM:g} mm",
    "below": f"share of slices with Dice below {GOOD_DICE:g}",
}
"""What each figure means, written into the file beside the figures."""


def evaluation_to_json(evaluation: Evaluation) -> dict[str, Any]:
    """Every figure, every volume and every slice; NaN becomes None."""
    return {
        "dataset": evaluation.dataset,
        "patients": list(evaluation.patients),
        "cases": list(evaluation.cases),
        "failures": plain(evaluation.failures),
        "conventions": CONVENTIONS,
        "labels": {key: _label(figures) for key, figures in evaluation.labels.items()},
    }


def _label(figures: LabelFigures) -> dict[str, Any]:
    return {
        "label": figures.label.name,
        "pooled_dice": plain(figures.pooled_dice),
        "dice_per_patient": plain(figures.dice_per_patient),
        "false_positive_slices": figures.false_positive_slices,
        "slices": plain(figures.slices),
        "volumes": plain(figures.volumes),
        "clinical": plain(figures.clinical),
        "challenge": plain(figures.challenge),
        "every_patient": [_pair(pair) for pair in figures.pairs],
        "unpaired_patients": figures.unpaired,
        "every_volume": [_volume(record) for record in figures.volume_records],
        "every_slice": [_slice(record) for record in figures.slice_records],
    }


def _pair(pair: PatientVolumes) -> dict[str, Any]:
    reference = _beat(pair.ed.reference_ml, pair.es.reference_ml, pair.reference_ef)
    prediction = _beat(pair.ed.prediction_ml, pair.es.prediction_ml, pair.predicted_ef)
    return {"patient": pair.patient, "reference": reference, "prediction": prediction}


def _beat(ed_ml: float, es_ml: float, ef_percent: float) -> dict[str, Any]:
    return {"LVEDV_ml": ed_ml, "LVESV_ml": es_ml, "LVEF_percent": plain(ef_percent)}


def _volume(record: VolumeRecord) -> dict[str, Any]:
    errors = {"error_ml": plain(record.error_ml), "error_percent": plain(record.error_percent)}
    return {**plain(record), "dice": plain(record.dice), **errors}


def _slice(record: SliceRecord) -> dict[str, Any]:
    return {**plain(record), "dice": plain(record.dice)}


def plain(value: Any) -> Any:
    """Lists, dictionaries, numbers and None in place of data classes, tuples and NaN."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value
