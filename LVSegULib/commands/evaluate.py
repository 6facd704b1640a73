"""`lvsegu evaluate`: how well a model agrees with the reference contours of a data set."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib import __version__
from LVSegULib.errors import SomeFailed, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from LVSegULib.cine import Cine
    from LVSegULib.engines.base import Engine
    from LVSegULib.evaluation.datasets import EvaluationSet
    from LVSegULib.evaluation.evaluate import Evaluation
    from LVSegULib.labels import Label
    from LVSegULib.modelfolder.folder import ModelFolder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `lvsegu evaluate`."""
    parser.add_argument(
        "dataset",
        type=Path,
        metavar="DATASET",
        help="nnU-Net raw folder with labels, or Sunnybrook DICOM with contours",
    )
    parser.add_argument("--model", default="lv", help="name of an installed model, or a model folder (default: lv)")
    parser.add_argument(
        "--split",
        type=Path,
        metavar="FILE",
        help='evaluate the "validation" patients of this JSON file only (nnU-Net\'s splits_final.json too)',
    )
    parser.add_argument("--fold", type=int, help="which fold of a splits_final.json, from 0")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write every figure, volume and slice to this file")
    parser.add_argument("--engine", default="auto", help="auto, onnxruntime or torch (default: auto)")
    parser.add_argument("--threads", type=int, help="processor threads to use (default: all physical cores)")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate and print the table.

    Raises:
        SomeFailed: some cases could not be evaluated; the figures are of the others.
    """
    from LVSegULib.engines.base import open_engine
    from LVSegULib.evaluation.datasets import open_evaluation_set
    from LVSegULib.evaluation.report import report_text
    from LVSegULib.modelfolder.folder import find_model

    model = find_model(arguments.model)
    dataset = _chosen_patients(open_evaluation_set(arguments.dataset), arguments)
    engine = open_engine(model, arguments.engine, arguments.threads)
    evaluation = _evaluate(dataset, model, engine, _shared_labels(dataset, model))
    print(f"model {model.spec.name}, {model.spec.parameters:,} parameters, {engine.name} {engine.version}")
    print(report_text(evaluation))
    if arguments.json:
        _write(arguments.json, evaluation, model, engine)
    if evaluation.failures:
        raise SomeFailed(f"{len(evaluation.failures)} of {len(dataset.cases)} cases could not be evaluated")
    return 0


def _chosen_patients(dataset: EvaluationSet, arguments: argparse.Namespace) -> EvaluationSet:
    import dataclasses

    from LVSegULib.evaluation.split import validation_cases

    if arguments.split is None:
        if arguments.fold is not None:
            raise UsageError("--fold chooses from a split file: pass --split FILE as well")
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


def _evaluate(dataset: EvaluationSet, model: ModelFolder, engine: Engine, labels: tuple[Label, ...]) -> Evaluation:
    from LVSegULib.commands.messages import Progress
    from LVSegULib.evaluation.evaluate import evaluate
    from LVSegULib.segmentation.segment import segment_cine

    def predict(cine: Cine) -> NDArray[np.uint8]:
        return segment_cine(cine, model.spec, engine).labels

    bar = Progress(dataset.name)
    try:
        return evaluate(
            dataset.name, dataset.cases, predict, labels, lambda done, _name: bar(done / len(dataset.cases))
        )
    finally:
        bar.clear()


def _write(path: Path, evaluation: Evaluation, model: ModelFolder, engine: Engine) -> None:
    from LVSegULib.atomic import written_whole
    from LVSegULib.evaluation.to_json import evaluation_to_json

    values: dict[str, Any] = {
        "lvsegu": __version__,
        "model": {"name": model.spec.name, "parameters": model.spec.parameters, "sha256": model.spec.sha256},
        "engine": {"name": engine.name, "version": engine.version},
        **evaluation_to_json(evaluation),
    }
    with written_whole(path) as beside:
        beside.write_text(json.dumps(values, indent=1, allow_nan=False) + "\n", encoding="utf-8", newline="\n")
