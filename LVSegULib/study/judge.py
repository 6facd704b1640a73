"""Judge a network on the patients that it did not learn from, on their images' own pixels.

The network sees the grid that it was trained on, without a first look for a heart of another size, place or view: what
the grid itself does is one of the things that a study compares.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.engines.base import Engine, open_engine
from LVSegULib.errors import InputError
from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.evaluation.datasets import open_evaluation_set
from LVSegULib.evaluation.evaluate import Evaluation, evaluate
from LVSegULib.evaluation.figures import LabelFigures, overlap_by_patient
from LVSegULib.labels import BY_KEY
from LVSegULib.modelfolder.folder import ModelFolder
from LVSegULib.segmentation.segment import SegmentationOptions, segment_cine
from LVSegULib.study.mirrored import MirroredEngine
from LVSegULib.study.plan import Job


def judged(model: ModelFolder, job: Job, places: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """The figures of every judged patient, by data set and patient, as plain values.

    Each patient has `overlap` (voxels in both, in the reference, in the prediction; ED and ES together), `slices` (the
    Dice of every slice with reference) and `ef_error` (predicted minus reference LVEF in points; None without LVEF).

    Raises:
        InputError: a case cannot be read; a comparison needs all patients.
    """
    engine: Engine = open_engine(model, "onnxruntime", 1)
    if job.mirrored:
        engine = MirroredEngine(engine)

    def predict(_case: EvaluationCase, cine: Cine) -> NDArray[np.uint8]:
        return segment_cine(cine, model.spec, engine, SegmentationOptions(grid=model.spec.grid)).labels

    found = {}
    for name in job.judged:
        cases = [case for case in open_evaluation_set(places[name]).cases if case.patient in job.split.validation]
        if cases:
            found[name] = _by_patient(evaluate(name, cases, predict, (BY_KEY[job.label],)), job.label)
    return found


def _by_patient(evaluation: Evaluation, label: str) -> dict[str, Any]:
    if evaluation.failures:
        first = evaluation.failures[0]
        raise InputError(f"{evaluation.dataset}: {first.case} cannot be judged: {first.reason}")
    figures = evaluation.labels[label]
    errors = {pair.patient: pair.predicted_ef - pair.reference_ef for pair in figures.pairs}
    return {
        patient: {
            "overlap": [overlap.both, overlap.reference, overlap.prediction],
            "slices": _slices(figures, patient),
            "ef_error": _plain(errors.get(patient, math.nan)),
        }
        for patient, overlap in overlap_by_patient(figures.volume_records).items()
    }


def _slices(figures: LabelFigures, patient: str) -> list[float]:
    own = [record for record in figures.slice_records if record.patient == patient and record.overlap.reference]
    return [round(record.dice, 5) for record in own]


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
