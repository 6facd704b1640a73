"""Calibrate a model's quality score on patients that networks of its recipe kept back, into a new model folder."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from LVSegULib.engines.base import Engine
from LVSegULib.errors import InputError, UsageError
from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.evaluation.datasets import EvaluationSet
from LVSegULib.evaluation.out_of_fold import check_alike, judges
from LVSegULib.evaluation.threshold_choice import Shifted
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import CARD, ModelFolder, save_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.modelfolder.threshold import log_odds_in_force
from LVSegULib.progress import Report, silent
from LVSegULib.quality.calibration import calibration_of
from LVSegULib.quality.examples import collect
from LVSegULib.quality.learn import figures_of, judge_examples, learn
from LVSegULib.quality.text import HEADING, ROC_PICTURE, card_paragraphs
from LVSegULib.shown import counted

logger = logging.getLogger(__name__)

Chosen = tuple[str, EvaluationCase, ModelSpec, Engine]


def calibrate(
    model: ModelFolder,
    cases: Sequence[Chosen],
    path: Path,
    progress: Report = silent,
    same: Sequence[Sequence[str]] = (),
) -> tuple[ModelFolder, dict[str, Any]]:
    """Write `model` as a new folder whose segmentations tell how far they can be trusted.

    Args:
        model: the model.
        cases: who is learnt from, see `unseen_cases`.
        path: the new folder.
        progress: told the share of the cases that is done.
        same: the names of each patient who has several: one of them would else be judged by what the other taught.

    Returns:
        The new model; and how well the score tells bad slices of patients whom it did not know, see `learn.figures_of`.

    Raises:
        InputError: a case cannot be read, or there is too little to learn from.
        OutputError: `path` cannot be written.
    """
    from LVSegULib.pictures.roc import roc_png

    examples = collect(cases, progress, same)
    calibration, judgement = learn(examples)
    sets = sorted(set(examples.sets.tolist()))
    figures = {"data": sets, **calibration.figures}
    calibration = dataclasses.replace(calibration, figures=figures)
    picture = roc_png(judgement, examples.bad, figures)
    spec = dataclasses.replace(model.spec, quality=calibration.to_json())
    card = with_section(_card_of(model), figures)
    saved = save_model(path, spec, model.weights(), card, {ROC_PICTURE: picture})
    return saved, figures


def judge_calibration(
    model: ModelFolder, cases: Sequence[Chosen], progress: Report = silent, same: Sequence[Sequence[str]] = ()
) -> dict[str, Any]:
    """How well the calibration that `model` has does on other patients; the words of `calibrate`.

    Raises:
        UsageError: the model has no calibration.
        InputError: a case cannot be read.
    """
    calibration = calibration_of(model.spec.quality, model.spec.name)
    if calibration is None:
        raise UsageError(f"{model.spec.name} has no quality score to judge: run lvsegu calibrate --out on it first")
    examples = collect(cases, progress, same)
    return figures_of(examples, judge_examples(calibration, examples))


def unseen_cases(
    datasets: Sequence[EvaluationSet],
    model: ModelFolder,
    folds: Sequence[tuple[ModelFolder, Engine]],
    engine: Engine,
    same: Sequence[Sequence[str]] = (),
) -> list[Chosen]:
    """The cases of patients that a network was not trained on, each with that network.

    Args:
        datasets: labelled data sets.
        model: the model that is calibrated.
        folds: networks of its recipe, each with what runs it; every patient goes to the one that kept it back. Without
            any, the patients that `model` itself was not trained on are taken.
        engine: what runs `model`.
        same: the names of each patient who has several; who was trained on by one of them is not taken by another.

    Raises:
        UsageError: a network or data set has other labels, nobody was kept back, or `model` does not say by whom it
            was trained.
    """
    for dataset in datasets:
        if CAVITY.key not in {label.key for label in dataset.labels}:
            raise UsageError(f"{dataset.name} has no {CAVITY.key}, whose Dice the quality score is about: leave it out")
    for fold, _ in ((model, engine), *folds):
        check_alike(model.spec, fold.spec)
    if not folds:
        return _not_trained_on(datasets, model, engine, same)
    specs = [fold.spec for fold, _ in folds]
    engines = [_cut_alike(model.spec, fold.spec, own) for fold, own in folds]
    kept = judges([case.patient for dataset in datasets for case in dataset.cases], specs)
    learnt = [_learnt_from(spec, same) for spec in specs]
    chosen = [
        (dataset.name, case, specs[kept[case.patient]], engines[kept[case.patient]])
        for dataset in datasets
        for case in dataset.cases
        if case.patient in kept and case.patient not in learnt[kept[case.patient]]
    ]
    patients = {case.patient for dataset in datasets for case in dataset.cases if case.patient in kept}
    if lost := patients - {case.patient for _, case, _, _ in chosen}:
        logger.warning("%s left out: their folds learnt from them by another name", counted(len(lost), "patient"))
    if not chosen:
        raise UsageError("each of the folds learnt from all whom it kept back by another name: give more data")
    return chosen


def with_section(card: str, figures: dict[str, Any]) -> str:
    """A model's card with a section on its quality score, in the place of an older one."""
    before, found, rest = card.partition(f"{HEADING}\n")
    after = rest[rest.index("\n## ") + 1 :] if found and "\n## " in rest else ""
    parts = [HEADING, *card_paragraphs(figures), f"![ROC curve of the quality score]({ROC_PICTURE})"]
    return "\n\n".join([before.rstrip(), *parts, *([after.rstrip()] if after else [])]) + "\n"


def _card_of(model: ModelFolder) -> str:
    path = model.path / CARD
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}): copy the model folder again") from error


def _learnt_from(spec: ModelSpec, same: Sequence[Sequence[str]]) -> frozenset[str]:
    """The patients that a network was trained on, by each of their names."""
    trained = spec.trained_on
    return trained.union(*(names for names in same if not trained.isdisjoint(names)))


def _not_trained_on(
    datasets: Sequence[EvaluationSet], model: ModelFolder, engine: Engine, same: Sequence[Sequence[str]]
) -> list[Chosen]:
    name, trained = model.spec.name, _learnt_from(model.spec, same)
    if not trained:
        raise UsageError(f"{name} does not say by which patients it was trained: give models that do, with --folds")
    chosen = [
        (dataset.name, case, model.spec, engine)
        for dataset in datasets
        for case in dataset.cases
        if case.patient not in trained
    ]
    if not chosen:
        raise UsageError(f"{name} was trained on every patient of the data: give the models of its folds with --folds")
    return chosen


def _cut_alike(model: ModelSpec, fold: ModelSpec, engine: Engine) -> Engine:
    """The fold's engine, cut at the probability at which `lvsegu threshold` cuts the model."""
    shift = log_odds_in_force(model) - log_odds_in_force(fold)
    return Shifted(engine, np.float32(shift)) if shift else engine
