"""Options that several commands share, so that they read and default alike."""

from __future__ import annotations

import argparse

DEFAULT_MODEL = "lv"


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose what runs the network."""
    engines = "auto (the first that is installed), onnxruntime, openvino or torch (default: auto)"
    parser.add_argument("--engine", default="auto", help=engines)
    add_threads_argument(parser)


def add_threads_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--threads`."""
    parser.add_argument("--threads", type=int, help="processor threads to use (default: all there are)")
