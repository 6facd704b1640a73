"""Does running the network again on varied slices tell bad ones better? With and without, on patients not learnt from.

python -m Testing.quality.measure_variation runs/fold2/last runs/fold3/last --data DATA/Dataset101_SCD ...

Each slice is turned by 15 degrees either way, enlarged and shrunk by 15 %, and made brighter and darker; the further
sign is the mean of 1 less the Dice of the results with the plain one. It costs six runs of the network.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from LVSegULib.engines.base import Engine, open_engine
from LVSegULib.engines.batches import all_logits
from LVSegULib.evaluation.datasets import open_evaluation_set
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.modelfolder.spec import ModelSpec
from LVSegULib.preparation.prepare import prepare_images
from LVSegULib.quality.calibrate import Chosen, unseen_cases
from LVSegULib.quality.examples import Examples, collect
from LVSegULib.quality.learn import cross_validated
from LVSegULib.quality.pixels import Mask, counts, grown
from LVSegULib.quality.roc import area_under, shares_flagged, threshold_for
from LVSegULib.quality.view import FURTHEST, on_grid
from LVSegULib.segmentation.segment import segment_cine

FOUND = 0.9
"""Share of the bad slices at which ways are compared by their false alarms."""

ANGLE_DEGREES, ENLARGEMENT, GAMMAS = 15.0, 1.15, (0.7, 1.4)

Slices = NDArray[np.float32]


def main() -> None:
    """Print the figures with and without the further sign."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folds", nargs="+", metavar="FOLDER")
    parser.add_argument("--data", type=Path, action="append", required=True, metavar="DIR")
    arguments = parser.parse_args()
    models = [find_model(name) for name in arguments.folds]
    folds = [(model, open_engine(model)) for model in models]
    datasets = [open_evaluation_set(folder) for folder in arguments.data]
    cases = unseen_cases(datasets, models[0], folds, folds[0][1])
    plain = collect(cases)
    unstable = np.concatenate([_instability(case) for case in cases])
    varied = dataclasses.replace(plain, signs=np.concatenate([plain.signs, unstable[None]]))
    for name, examples in (("without", plain), ("with", varied)):
        print(f"{name}: {_figures(examples)}")


def _figures(examples: Examples) -> str:
    judged, patients = cross_validated(examples), examples.patients.tolist()
    area = area_under(judged.wrong, examples.bad, patients)
    at = threshold_for(judged.wrong, examples.bad, FOUND, 1.0)
    _, alarms = shares_flagged(judged.wrong > at, examples.bad, patients)
    return f"area {area.value:.3f}, false alarms where {FOUND:.0%} are found: {alarms.value:.3f}"


def _instability(chosen: Chosen) -> NDArray[np.float64]:
    """The sign for the slices of a case (N,), in the order of `collect`; NaN without a cavity."""
    _, case, model, engine = chosen
    reference = case.read()
    frames = list(reference.frames)
    images = prepare_images(reference.cine, model.grid).reshape((*reference.cine.frames.shape[:2], 1, *_size(model)))
    labels = segment_cine(reference.cine, model, engine).labels[frames]
    cine = dataclasses.replace(reference.cine, frames=reference.cine.frames[frames], time_ms=None)
    cavity = on_grid(labels == CAVITY.value, cine, model.grid)
    found = [_agreement(cavity, mask) for mask in _varied(images[frames].reshape(-1, 1, *_size(model)), model, engine)]
    mean = np.mean(found, axis=0)
    return np.where(counts(cavity) > 0, np.log(1.02 - mean), np.nan).ravel()


def _varied(images: Slices, model: ModelSpec, engine: Engine) -> list[Mask]:
    """Where the network finds the cavity in each variation of `images` (N, 1, rows, columns)."""
    channel = model.label_values.index(CAVITY.value)
    turn = np.radians(ANGLE_DEGREES)
    ways = [np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) for a in (turn, -turn)]
    ways += [np.eye(2) / ENLARGEMENT, np.eye(2) * ENLARGEMENT]

    def found(varied: Slices) -> Slices:
        return all_logits(engine, varied, len(model.labels))[:, channel : channel + 1]

    logits = [_moved(found(_moved(images, way)), np.linalg.inv(way)) for way in ways]
    logits += [found(images**gamma) for gamma in GAMMAS]
    return [one[:, 0] > 0 for one in logits]


def _agreement(cavity: Mask, found: Mask) -> NDArray[np.float64]:
    """Dice of each slice of `cavity` (T, K, rows, columns) with what was found near it."""
    near = cavity
    for _ in range(FURTHEST):
        near = grown(near)
    other = found.reshape(cavity.shape) & near
    return 2 * counts(cavity & other) / np.maximum(counts(cavity) + counts(other), 1)


def _moved(images: Slices, matrix: NDArray[np.float64]) -> Slices:
    """`images` (N, 1, rows, columns) turned or scaled around their middle."""
    middle = (np.array(images.shape[-2:]) - 1) / 2
    offset = middle - matrix @ middle
    moved = [ndimage.affine_transform(image[0], matrix, offset=offset, order=1)[None] for image in images]
    return np.stack(moved).astype(np.float32)


def _size(model: ModelSpec) -> tuple[int, int]:
    return model.grid.rows, model.grid.columns


if __name__ == "__main__":
    main()
