"""`lvsegu demo`: segment the sample patient that comes with LVSegU, as `lvsegu segment` would."""

from __future__ import annotations

import argparse
from pathlib import Path

from LVSegULib.commands.segment import add_model_arguments, open_segmenter, segment_one, summary

EXPLAINED = {
    ".png": "every slice at ED and ES with its contour: look at this first",
    ".seg.nrrd": "ED and ES as a segmentation: open it in 3D Slicer",
    ".nii.gz": "label map of every frame, on the input's own grid",
    ".csv": "volume of each frame",
    ".json": "all measures, versions and timings",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `lvsegu demo`."""
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="folder for the results (out)")
    add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Segment the sample and say what was written.

    Raises:
        InputError: the sample is not there, as in a package without the repository's Resources.
    """
    from LVSegULib.reading.sample import sample_archive, unpack_sample

    archive = sample_archive()
    segmenter = open_segmenter(arguments)
    arguments.series = None
    patient = unpack_sample(archive, arguments.out / "sample")
    outcome = segment_one(patient, arguments, segmenter, frozenset(), "sample")
    print(summary(outcome))
    print(f"  of which the network took {outcome.report['seconds']['network']:.1f} s, on {segmenter.engine.name}")
    print("Written:")
    for ending, meaning in EXPLAINED.items():
        print(f"  {arguments.out / (outcome.cine.name + ending)}  {meaning}")
    print("Not for clinical use.")
    return 0
