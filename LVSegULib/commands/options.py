"""Options that several commands share, so that they read and default alike."""

from __future__ import annotations

import argparse
from pathlib import Path

from LVSegULib.errors import UsageError
from LVSegULib.modelfolder.names import DEFAULT_MODEL


def add_model_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--model`."""
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, help="name of an installed model, or a model folder (default: %(default)s)"
    )


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose what runs the network."""
    engines = "auto (the first that is installed), onnxruntime, openvino or torch (default: auto)"
    parser.add_argument("--engine", default="auto", help=engines)
    add_threads_argument(parser)


def add_threads_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--threads`."""
    parser.add_argument("--threads", type=int, help="processor threads to use (default: all there are)")


def add_new_model_arguments(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add `--out` and `--replace` of a command that makes a model."""
    parser.add_argument("--out", type=Path, required=required, metavar="FOLDER", help="the new model folder")
    parser.add_argument("--replace", action="store_true", help="replace a model that is in --out")


def add_split_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--split` and `--fold`, which choose patients of a data set; see `check_split`."""
    parser.add_argument(
        "--split",
        type=Path,
        metavar="FILE",
        help='take the "validation" patients of this JSON file only (nnU-Net\'s splits_final.json too)',
    )
    parser.add_argument("--fold", type=int, help="which fold of a splits_final.json, from 0")


def check_split(arguments: argparse.Namespace) -> None:
    """Refuse a fold of nothing.

    Raises:
        UsageError: `--fold` was given without `--split`.
    """
    if arguments.fold is not None and arguments.split is None:
        raise UsageError("--fold chooses from a split file: pass --split FILE as well")
