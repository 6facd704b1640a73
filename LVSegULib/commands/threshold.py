"""`lvsegu threshold`: the same network, cut at another probability."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the model, the probability and where the new model goes."""
    parser.add_argument("model", metavar="FOLDER", help="model folder of a training run (RUN/last)")
    parser.add_argument(
        "--probability",
        type=float,
        required=True,
        metavar="P",
        help="a pixel counts from this probability on: above 0.5 draws smaller, below 0.5 larger",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="the new model folder")


def run(arguments: argparse.Namespace) -> int:
    """Write the folder and say where; returns 0."""
    from LVSegULib.modelfolder.folder import find_model
    from LVSegULib.modelfolder.threshold import with_threshold

    model = with_threshold(find_model(arguments.model), arguments.probability, arguments.out)
    print(f"{model.path}: {model.spec.name}, cut at a probability of {arguments.probability:g}")
    return 0
