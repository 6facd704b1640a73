"""`lvsegu calibrate`: teach a model to tell which of its slices may be wrong."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from LVSegULib.commands.options import add_engine_arguments, add_new_model_arguments
from LVSegULib.errors import UsageError

if TYPE_CHECKING:
    from LVSegULib.modelfolder.folder import ModelFolder
    from LVSegULib.quality.calibrate import Chosen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the model, who is learnt from, and where the new model goes."""
    parser.add_argument("model", metavar="MODEL", help="installed model or model folder; it is not changed")
    parser.add_argument(
        "--data", type=Path, action="append", required=True, metavar="DIR", help="labelled data set; repeat for several"
    )
    parser.add_argument(
        "--folds",
        nargs="+",
        default=[],
        metavar="FOLDER",
        help="models of the same recipe: each patient is segmented by the one that kept it back in training "
        "(default: MODEL, on the patients that it was not trained on)",
    )
    add_new_model_arguments(parser, required=False)
    parser.add_argument(
        "--same",
        action="append",
        default=[],
        metavar="A=B",
        help="two names of one patient, who is judged by what others taught; repeat for several",
    )
    parser.add_argument(
        "--judge", action="store_true", help="learn nothing and write nothing: judge the calibration that MODEL has"
    )
    add_engine_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Calibrate, or judge a calibration, and say how well it does; returns 0.

    Raises:
        UsageError: both or neither of --out and --judge were given, --out is the model itself, or a name in --same is
            nobody's.
    """
    from LVSegULib.commands.progress import Progress
    from LVSegULib.modelfolder.folder import check_place, find_model, refuse_itself
    from LVSegULib.quality.calibrate import calibrate, judge_calibration
    from LVSegULib.same import same_patients

    if (arguments.out is None) != arguments.judge:
        raise UsageError("give either --out FOLDER to calibrate, or --judge to judge the calibration of MODEL")
    model = find_model(arguments.model)
    if arguments.out is not None:
        refuse_itself(arguments.out, model)
        check_place(arguments.out, replace=arguments.replace)
    same = same_patients(arguments.same)
    cases = _cases(arguments, model, same)
    with Progress("judging" if arguments.judge else "calibrating") as bar:
        if arguments.judge:
            written, figures = model, judge_calibration(model, cases, bar, same)
        else:
            written, figures = calibrate(model, cases, arguments.out, bar, same)
    print(summary(written, figures))
    return 0


def _cases(arguments: argparse.Namespace, model: ModelFolder, same: Sequence[Sequence[str]]) -> Sequence[Chosen]:
    """The cases that are learnt from; who has several names may also be one whom only the training knows."""
    from LVSegULib.engines.base import open_engine
    from LVSegULib.evaluation.datasets import open_evaluation_set
    from LVSegULib.modelfolder.folder import find_model
    from LVSegULib.quality.calibrate import unseen_cases
    from LVSegULib.same import check_known

    datasets = [open_evaluation_set(folder) for folder in arguments.data]
    models = [find_model(name) for name in arguments.folds]
    patients = {case.patient for dataset in datasets for case in dataset.cases}
    check_known(same, patients.union(*(one.spec.trained_on for one in (model, *models))))
    own, *others = [open_engine(one, arguments.engine, arguments.threads) for one in (model, *models)]
    return unseen_cases(datasets, model, list(zip(models, others, strict=True)), own, same)


def summary(model: ModelFolder, figures: dict[str, Any]) -> str:
    """What people read on the terminal: how well it does, and which signs count."""
    from LVSegULib.quality.text import figure_lines, sign_lines

    return "\n".join([f"{model.path}:", *figure_lines(figures), *sign_lines(model.spec.quality)])
