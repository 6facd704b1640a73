"""`lvsegu threshold`: the same network, cut at another probability."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.commands.options import add_new_model_arguments
from LVSegULib.errors import ModelError, UsageError

if TYPE_CHECKING:
    from LVSegULib.evaluation.threshold_choice import Choice
    from LVSegULib.modelfolder.folder import ModelFolder

_log = logging.getLogger(__name__)

LEFT_TO_SAY = 2.0
"""A mean volume error that is left at the best of the probabilities is said from this on, per cent."""

NOTHING_DRAWN = -100.0
"""The mean volume error of no volume at all, per cent."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the model, the probability or how it is chosen, and where the new model goes."""
    parser.add_argument("model", metavar="FOLDER", help="model folder of a training run (RUN/last)")
    parser.add_argument(
        "--probability",
        type=float,
        metavar="P",
        help="a pixel counts from this probability on: above 0.5 draws smaller, below 0.5 larger",
    )
    parser.add_argument(
        "--folds",
        nargs="+",
        metavar="FOLDER",
        help="choose the probability at which volumes are right on the patients that these models of the same recipe "
        "kept back",
    )
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        metavar="DIR",
        help="with --folds: a labelled data set; repeat for several",
    )
    add_new_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the folder and say where; returns 0.

    Raises:
        UsageError: neither a probability nor folds with data were given, or both; a fold is of another recipe; or --out
            is the model itself.
        OutputError: something else is where the new model goes, or a model and --replace is not given.
        ModelError: at the probability whose volumes are nearest to right, the network draws nothing.
    """
    from LVSegULib.modelfolder.folder import check_place, find_model, refuse_itself
    from LVSegULib.modelfolder.threshold import with_threshold

    if (arguments.probability is None) == (arguments.folds is None) or bool(arguments.folds) != bool(arguments.data):
        raise UsageError("give either --probability P, or --folds FOLDER ... with --data DIR to choose it by")
    given = find_model(arguments.model)
    refuse_itself(arguments.out, given)
    check_place(arguments.out, replace=arguments.replace)
    probability = arguments.probability
    if probability is None:
        choice = _choose(given, arguments.folds, arguments.data)
        print(table(choice))
        probability = choice.chosen
        _check_left(choice)
    model = with_threshold(given, probability, arguments.out)
    print(f"{model.path}: {model.spec.name}, cut at a probability of {probability:g}")
    return 0


def _check_left(choice: Choice) -> None:
    """Refuse a probability at which nothing is drawn, and warn of one whose volumes are not right."""
    if choice.left == NOTHING_DRAWN:
        raise ModelError(
            f"nothing is drawn at {choice.chosen:g}, where volumes are the least off: train the network for longer"
        )
    if abs(choice.left) >= LEFT_TO_SAY:
        _log.warning(
            "volumes are %+.1f %% off at %g still, the best of the probabilities that are tried: look whether the "
            "network has learnt enough, and whether the contours of these data follow its rule",
            choice.left,
            choice.chosen,
        )


def _choose(model: ModelFolder, folds: list[str], data: list[Path]) -> Choice:
    from LVSegULib.commands.progress import Progress
    from LVSegULib.engines.base import open_engine
    from LVSegULib.evaluation.datasets import open_evaluation_set
    from LVSegULib.evaluation.out_of_fold import check_alike
    from LVSegULib.evaluation.threshold_choice import choose_threshold
    from LVSegULib.modelfolder.folder import find_model

    models = [find_model(name) for name in folds]
    for fold in models:
        check_alike(model.spec, fold.spec)
    with Progress("choosing") as bar:
        return choose_threshold(
            [open_evaluation_set(folder) for folder in data],
            [fold.spec for fold in models],
            [open_engine(fold) for fold in models],
            bar,
        )


def table(choice: Choice) -> str:
    """Markdown: mean volume error and Dice per patient at every probability, by data set."""
    from LVSegULib.evaluation.threshold_choice import PROBABILITIES
    from LVSegULib.writing.markdown import markdown_table

    heads, columns = ["P"], [[f"{probability:g}" for probability in PROBABILITIES]]
    for name, count in choice.patients.items():
        heads += [f"{name} ({count} patients): volume error", "Dice per patient"]
        columns += [[f"{error:+.1f} %" for error in choice.errors[name]], [f"{dice:.3f}" for dice in choice.dice[name]]]
    return markdown_table(heads, zip(*columns, strict=True))
