"""`lvsegu publish`: turn a trained model into one that can be shipped, with its figures and its card."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the model, its description and its evaluations."""
    parser.add_argument("model", metavar="FOLDER", help="model folder of a training run (RUN/last)")
    parser.add_argument("--about", type=Path, required=True, metavar="TOML", help="what to say about it")
    parser.add_argument(
        "--evaluation", type=Path, action="append", required=True, metavar="JSON", help="from lvsegu evaluate --json"
    )
    parser.add_argument("--picture", type=Path, required=True, metavar="PNG", help="from lvsegu evaluate --picture")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="the new model folder")


def run(arguments: argparse.Namespace) -> int:
    """Write the folder and say where; returns 0."""
    from LVSegULib.atomic import written_whole
    from LVSegULib.errors import InputError
    from LVSegULib.modelfolder.folder import find_model
    from LVSegULib.modelfolder.publish import about_from_values, figure_table, publish, read_evaluation
    from LVSegULib.training.config import read_config_values

    about = about_from_values(read_config_values(arguments.about))
    evaluations = [read_evaluation(path) for path in arguments.evaluation]
    try:
        picture = arguments.picture.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {arguments.picture}: {error.strerror}") from error
    model = publish(find_model(arguments.model), about, evaluations, "worst.png", arguments.out)
    with written_whole(arguments.out / "worst.png") as beside:
        beside.write_bytes(picture)
    print(f"{model.path}: {model.spec.name}, {model.spec.parameters:,} parameters")
    print(figure_table(model.spec.figures))
    return 0
