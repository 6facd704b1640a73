"""`lvsegu relabel`: a data set with contours that a model draws, to teach another network its rule."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.commands.segment import add_model_arguments, open_segmenter
from LVSegULib.errors import InputError, SomeFailed

if TYPE_CHECKING:
    from LVSegULib.dataset.relabel import Relabelled

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the data set, the model that draws, and where the new data set goes."""
    parser.add_argument(
        "dataset", type=Path, metavar="DATASET", help="nnU-Net raw folder; its labels, if any, are not read"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="the new data set")
    add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the data set and say what it holds; returns 0.

    Raises:
        SomeFailed: some images could not be read; the others are in the new data set.
        InputError: the data set cannot be read, or has images in imagesTs only.
    """
    from LVSegULib.commands.progress import Progress
    from LVSegULib.dataset.raw_folder import RawFolder
    from LVSegULib.dataset.relabel import described, relabel
    from LVSegULib.reading.nnunet import open_raw_dataset
    from LVSegULib.segmentation.segment import segment_cine

    source = open_raw_dataset(arguments.dataset)
    if not source.cases:
        raise InputError(f"{arguments.dataset}: has images in imagesTs only, expected them in imagesTr: put them there")
    segmenter = open_segmenter(arguments)
    spec = segmenter.model.spec
    with Progress(source.name) as bar:
        found = relabel(
            source.cases,
            lambda cine: segment_cine(cine, spec, segmenter.engine).labels,
            spec.labels,
            arguments.out,
            described(spec),
            bar,
        )
    print(f"{RawFolder(arguments.out).describe()}, drawn by {spec.name}")
    _report(found)
    if found.failures:
        raise SomeFailed(
            f"{len(found.failures)} of {len(source.cases)} cases failed, the others are in {arguments.out}"
        )
    return 0


def _report(found: Relabelled) -> None:
    if found.empty:
        logger.warning("left out, as no heart was found: %s", ", ".join(found.empty))
    for name, error in found.failures.items():
        logger.error("%s: %s", name, error)
