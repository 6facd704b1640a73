"""How far a data set's contours lie from those that a model draws, in pixels to the right and down.

python -m Testing.evaluation.measure_offset cardiac DATA/Dataset101_SCD DATA/Dataset102_CHLA DATA/Dataset103_ACDC

Of every slice on which the two agree, the middle of the reference less the middle of the result; the median of each
patient, and of the patients, with a 95 % bootstrap interval. An offset that all patients of a data set share is no
anatomy: contours that count pixels from 1, read as counting from 0, lie one pixel too far right and down.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from LVSegULib.engines.base import Engine, open_engine
from LVSegULib.evaluation.cases import EvaluationCase
from LVSegULib.evaluation.datasets import open_evaluation_set
from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.segmentation.segment import segment_cine

FEWEST_PIXELS, LEAST_DICE = 100, 0.85
"""Of slices that count."""

RESAMPLES = 2000

Offsets = NDArray[np.float64]


def main() -> None:
    """Print a line for each data set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("datasets", nargs="+", type=Path, metavar="DATASET")
    arguments = parser.parse_args()
    model = find_model(arguments.model)
    engine = open_engine(model)
    for folder in arguments.datasets:
        dataset = open_evaluation_set(folder)
        found: dict[str, list[Offsets]] = defaultdict(list)
        for case in dataset.cases:
            found[case.patient] += _offsets(case, model.spec, engine)
        print(f"{dataset.name}: {_described([np.median(own, axis=0) for own in found.values() if own])}")


def _offsets(case: EvaluationCase, model: ModelSpec, engine: Engine) -> list[Offsets]:
    """The offset (right, down) of each slice of a case that counts."""
    reference = case.read()
    labels = segment_cine(reference.cine, model, engine).labels
    found = []
    for frame in reference.frames:
        pairs = zip(reference.labels[frame] == CAVITY.value, labels[frame] == CAVITY.value, strict=True)
        for drawn, result in pairs:
            overlap = Overlap.of(drawn, result)
            if min(overlap.reference, overlap.prediction) >= FEWEST_PIXELS and overlap.dice >= LEAST_DICE:
                found.append((np.argwhere(drawn).mean(axis=0) - np.argwhere(result).mean(axis=0))[::-1])
    return found


def _described(patients: list[Offsets]) -> str:
    values = np.array(patients)
    drawn = np.random.default_rng(1).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(np.median(values[drawn], axis=1), [2.5, 97.5], axis=0)
    ways = (
        f"{middle:+.2f} ({one:+.2f} to {other:+.2f}) {way}"
        for middle, one, other, way in zip(np.median(values, axis=0), low, high, ("right", "down"), strict=True)
    )
    return f"{len(values)} patients, {', '.join(ways)}"


if __name__ == "__main__":
    main()
