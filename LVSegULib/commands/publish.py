"""`lvsegu publish`: turn a trained model into one that can be shipped, with its figures and its card."""

from __future__ import annotations

import argparse
from pathlib import Path

from LVSegULib.commands.options import add_new_model_arguments

PNG = b"\x89PNG\r\n\x1a\n"
"""What every PNG file begins with (ISO/IEC 15948, 5.2)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the model, its description and its evaluations."""
    parser.add_argument("model", metavar="FOLDER", help="model folder of a training run (RUN/last)")
    parser.add_argument("--about", type=Path, required=True, metavar="TOML", help="what to say about it")
    for name, what, is_required in (
        ("--evaluation", "from lvsegu evaluate --json; repeat for several data sets", True),
        ("--unpruned", "the same of the network before pruning, to show both; repeatable", False),
        ("--challenge", "the same, of which only the figures of the MICCAI 2009 challenge are shown", False),
    ):
        parser.add_argument(
            name, type=Path, action="append", default=[], required=is_required, metavar="JSON", help=what
        )
    parser.add_argument("--picture", type=Path, required=True, metavar="PNG", help="from lvsegu evaluate --picture")
    parser.add_argument(
        "--commands", type=Path, metavar="FILE", help="the commands that made it, a line each, for the card"
    )
    add_new_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the folder and say where; returns 0.

    Raises:
        UsageError: a data set is given twice, or a licence that binds is left out.
        InputError: a file cannot be read as what it should be, or is another model's.
        OutputError: the folder cannot be written, holds something else, or a model and --replace is not given.
    """
    from LVSegULib.modelfolder.figures import read_evaluation
    from LVSegULib.modelfolder.folder import check_place, find_model
    from LVSegULib.modelfolder.publish import Evidence, publish, read_about
    from LVSegULib.modelfolder.published_card import figure_table

    check_place(arguments.out, replace=arguments.replace)
    about = read_about(arguments.about)
    evaluations, unpruned, challenge = (
        [read_evaluation(path) for path in paths]
        for paths in (arguments.evaluation, arguments.unpruned, arguments.challenge)
    )
    worst = _read_picture(arguments.picture)
    commands = _read(arguments.commands).decode("utf-8").splitlines() if arguments.commands else []
    evidence = Evidence(evaluations, worst, unpruned, challenge, commands)
    model = publish(find_model(arguments.model), about, evidence, arguments.out)
    print(f"{model.path}: {model.spec.name}, {model.spec.parameters:,} parameters")
    print(figure_table(model.spec.figures))
    return 0


def _read_picture(path: Path) -> bytes:
    from LVSegULib.errors import InputError

    picture = _read(path)
    if not picture.startswith(PNG):
        raise InputError(f"{path}: is no PNG: give what lvsegu evaluate --picture drew")
    return picture


def _read(path: Path) -> bytes:
    from LVSegULib.errors import InputError

    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
