"""`lvsegu demo`: segment the sample patient that comes with LVSegU, as `lvsegu segment` would."""

from __future__ import annotations

import argparse
from pathlib import Path

from LVSegULib.commands.segment import add_model_arguments, open_segmenter, segment_one, summary

EXPLAINED = {
    "picture": "every slice at ED and ES with its contour: look at this first",
    "segmentation": "ED and ES as a segmentation: open it in 3D Slicer",
    "label_map": "label map of every frame, on the input's own grid",
    "table": "volume of each frame",
    "report": "all measures, versions and timings",
}
"""What each of `to_files.Files` is, in the order to look at them."""


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
    from LVSegULib.segmentation.to_files import Source

    archive = sample_archive()
    segmenter = open_segmenter(arguments)
    patient = unpack_sample(archive, arguments.out / "sample")
    outcome = segment_one(Source(patient), arguments.out, segmenter, "sample")
    print(summary(outcome))
    print(f"  of which the network took {outcome.report['seconds']['network']:.1f} s, on {segmenter.engine.name}")
    print("Written:")
    for name, meaning in EXPLAINED.items():
        print(f"  {getattr(outcome.files, name)}  {meaning}")
    print("Not for clinical use.")
    return 0
