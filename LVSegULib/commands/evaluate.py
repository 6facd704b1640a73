"""`lvsegu evaluate`: how well a model agrees with the reference contours of a data set."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib import __version__
from LVSegULib.commands.messages import warn_of_training_patients
from LVSegULib.commands.options import add_engine_arguments, add_split_arguments, check_split
from LVSegULib.errors import SomeFailed, UsageError
from LVSegULib.modelfolder.names import DEFAULT_MODEL

if TYPE_CHECKING:
    from LVSegULib.engines.base import Engine
    from LVSegULib.evaluation.cases import Predictor
    from LVSegULib.evaluation.datasets import EvaluationSet
    from LVSegULib.evaluation.evaluate import Evaluation
    from LVSegULib.labels import Label
    from LVSegULib.modelfolder.folder import ModelFolder

logger = logging.getLogger(__name__)

WORST = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `lvsegu evaluate`."""
    parser.add_argument(
        "dataset",
        type=Path,
        metavar="DATASET",
        help="nnU-Net raw folder with labels, or Sunnybrook DICOM with contours",
    )
    parser.add_argument(
        "--model",
        action="append",
        metavar="NAME|FOLDER",
        help=f"installed model or model folder (default: {DEFAULT_MODEL}); of several, each judges whom it kept back",
    )
    add_split_arguments(parser)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write every figure, volume and slice to this file")
    parser.add_argument(
        "--picture", type=Path, metavar="PNG", help=f"draw the {WORST} worst slices of the first label into this file"
    )
    add_engine_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate and print the table.

    Raises:
        SomeFailed: some cases could not be evaluated; the figures are of the others.
        OutputError: a folder is where a file is to be written.
    """
    from LVSegULib.atomic import refuse_folder
    from LVSegULib.engines.base import open_engine
    from LVSegULib.evaluation.datasets import open_evaluation_set
    from LVSegULib.evaluation.out_of_fold import predictor
    from LVSegULib.evaluation.report import report_text
    from LVSegULib.modelfolder.folder import find_model

    for path in (arguments.json, arguments.picture):
        if path is not None:
            refuse_folder(path)
    models = [find_model(name) for name in arguments.model or [DEFAULT_MODEL]]
    dataset = _chosen_patients(open_evaluation_set(arguments.dataset), arguments, models)
    engines = [open_engine(model, arguments.engine, arguments.threads) for model in models]
    labels = _shared_labels(dataset, models[0])
    if len(models) == 1:
        patients = {case.patient for case in dataset.cases}
        so = ", so the figures flatter it: --split chooses others"
        warn_of_training_patients(logger, models[0].spec, patients, so)
    predict = predictor(dataset.cases, [model.spec for model in models], engines)
    evaluation = _evaluate(dataset, predict, labels)
    print(_heading(models, engines[0]))
    print(report_text(evaluation))
    if arguments.json:
        _write_json(arguments.json, evaluation, dataset, models, engines[0])
    if arguments.picture:
        _write_picture(arguments.picture, evaluation, dataset, predict, labels[0])
    if evaluation.failures:
        raise SomeFailed(f"{len(evaluation.failures)} of {len(dataset.cases)} cases could not be evaluated")
    return 0


def _heading(models: list[ModelFolder], engine: Engine) -> str:
    spec = models[0].spec
    folds = f" ({len(models)} folds, each on the patients it kept back)" if len(models) > 1 else ""
    return f"model {spec.name}{folds}, {spec.parameters:,} parameters, {engine.name} {engine.version}"


def _chosen_patients(dataset: EvaluationSet, arguments: argparse.Namespace, models: list[ModelFolder]) -> EvaluationSet:
    import dataclasses

    from LVSegULib.evaluation.out_of_fold import judges
    from LVSegULib.evaluation.split import validation_cases

    check_split(arguments)
    if len(models) > 1:
        if arguments.split is not None:
            raise UsageError("several models bring their own splits: leave out --split")
        kept = judges([case.patient for case in dataset.cases], [model.spec for model in models])
        return dataclasses.replace(dataset, cases=tuple(case for case in dataset.cases if case.patient in kept))
    if arguments.split is None:
        return dataset
    return dataclasses.replace(dataset, cases=tuple(validation_cases(dataset.cases, arguments.split, arguments.fold)))


def _shared_labels(dataset: EvaluationSet, model: ModelFolder) -> tuple[Label, ...]:
    ours = {label.key for label in model.spec.labels}
    shared = tuple(label for label in dataset.labels if label.key in ours)
    if not shared:
        theirs = ", ".join(label.key for label in dataset.labels)
        raise UsageError(
            f"the model {model.spec.name} segments {', '.join(sorted(ours))}, and {dataset.name} has {theirs}: "
            "choose another --model"
        )
    return shared


def _evaluate(dataset: EvaluationSet, predict: Predictor, labels: tuple[Label, ...]) -> Evaluation:
    from LVSegULib.commands.progress import Progress
    from LVSegULib.evaluation.evaluate import evaluate

    with Progress(dataset.name) as report:
        return evaluate(dataset.name, dataset.cases, predict, labels, report)


def _write_picture(
    path: Path, evaluation: Evaluation, dataset: EvaluationSet, predict: Predictor, label: Label
) -> None:
    from LVSegULib.evaluation.worst import worst_slices
    from LVSegULib.pictures.worst_slices import write_worst_slices

    write_worst_slices(path, worst_slices(evaluation.labels[label.key], dataset.cases, predict, WORST), label)


def _write_json(
    path: Path, evaluation: Evaluation, dataset: EvaluationSet, models: list[ModelFolder], engine: Engine
) -> None:
    from LVSegULib.atomic import write_json
    from LVSegULib.evaluation.to_json import evaluation_to_json

    patients = {case.patient for case in dataset.cases}
    values: dict[str, Any] = {
        "lvsegu": __version__,
        "models": [
            {"name": model.spec.name, "parameters": model.spec.parameters, "sha256": model.spec.sha256}
            for model in models
        ],
        "engine": {"name": engine.name, "version": engine.version},
        "trained_on": sorted(patients & models[0].spec.trained_on) if len(models) == 1 else [],
        **evaluation_to_json(evaluation),
    }
    write_json(path, values)
