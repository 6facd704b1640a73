"""How well hearts of unusual size, place and view are found: `python -m Testing.segmentation.measure_look DATASET`.

Every labelled case is segmented as it is, with a spacing eleven times smaller (a mouse's), with one three times larger,
cut so that the heart lies at the border, and in the seven other views that its file then tells wrongly; each with the
first look and without.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.engines.base import open_engine
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.preparation.orientation import EVERY_ORIENTATION, Orientation
from LVSegULib.reading.labelled import open_labelled
from LVSegULib.segmentation.segment import SegmentationOptions, segment_cine

Labels = NDArray[np.uint8]


def scaled(factor: float) -> Callable[[Cine, Labels], tuple[Cine, Labels]]:
    """The same pixels with a spacing `factor` times as large."""

    def change(cine: Cine, labels: Labels) -> tuple[Cine, Labels]:
        matrix = cine.ijk_to_ras.copy()
        matrix[:3, :3] *= factor
        return dataclasses.replace(cine, ijk_to_ras=matrix), labels

    return change


def cut(cine: Cine, labels: Labels) -> tuple[Cine, Labels]:
    """Rows and columns before the heart are cut off, so that it lies 25 mm from the upper left corner."""
    margin = [round(25 / mm) for mm in cine.spacing_mm[1:]]
    rows, columns = (np.flatnonzero(labels.any(axis=axes)) for axes in ((0, 1, 3), (0, 1, 2)))
    first = [max(0, int(found[0]) - some) for found, some in zip((rows, columns), margin, strict=True)]
    frames = np.ascontiguousarray(cine.frames[..., first[0] :, first[1] :])
    return dataclasses.replace(cine, frames=frames), labels[..., first[0] :, first[1] :]


def stored_as(turn: Orientation) -> Callable[[Cine, Labels], tuple[Cine, Labels]]:
    """Pixels in another order that the file's directions do not tell."""

    def change(cine: Cine, labels: Labels) -> tuple[Cine, Labels]:
        matrix = cine.ijk_to_ras.copy()
        spacing_mm = np.linalg.norm(matrix[:3, :2], axis=0)
        matrix[:3, :2] *= turn.spacing((spacing_mm[0], spacing_mm[1])) / spacing_mm
        frames = np.ascontiguousarray(turn.apply(cine.frames))
        return dataclasses.replace(cine, frames=frames, ijk_to_ras=matrix), turn.apply(labels)

    return change


def both(*changes: Callable[[Cine, Labels], tuple[Cine, Labels]]) -> Callable[[Cine, Labels], tuple[Cine, Labels]]:
    """One change after the other."""

    def change(cine: Cine, labels: Labels) -> tuple[Cine, Labels]:
        for one in changes:
            cine, labels = one(cine, labels)
        return cine, labels

    return change


def name_of(turn: Orientation) -> str:
    """Words for an orientation: what is done to stored slices, in this order."""
    words = ("rows for columns", turn.swap), ("upside down", turn.mirror_rows), ("left for right", turn.mirror_columns)
    return ", ".join(word for word, is_so in words if is_so)


WAYS: dict[str, Callable[[Cine, Labels], tuple[Cine, Labels]]] = {
    "as it is": lambda cine, labels: (cine, labels),
    "1/11 of the spacing": scaled(1 / 11),
    "3 times the spacing": scaled(3.0),
    "heart at the border": cut,
    **{name_of(turn): stored_as(turn) for turn in EVERY_ORIENTATION[1:]},
    "1/11, left for right": both(scaled(1 / 11), stored_as(Orientation(mirror_columns=True))),
}


def main() -> None:
    """Print pooled and mean Dice and how many cases were not taken on the model's own grid."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--model", default="lv")
    parser.add_argument("--every", type=int, default=1, help="take every so many case")
    parser.add_argument("--split", type=Path, help="take the patients that a training kept back, by its split.json")
    arguments = parser.parse_args()
    model = find_model(arguments.model)
    engine = open_engine(model)
    cases = list(open_labelled(arguments.dataset, (CAVITY.key,)))
    if arguments.split:
        kept = json.loads(arguments.split.read_text(encoding="utf-8"))["validation"]
        cases = [case for case in cases if case.patient in kept]
    cases = cases[:: arguments.every]
    print(f"{arguments.dataset.name}, {len(cases)} cases, model {model.spec.name}")
    print("| way | look | Dice per volume | pooled | other grid |")
    for name, change in WAYS.items():
        for look in (False, True):
            dice, counts, others = [], np.zeros(3), 0
            for case in cases:
                cine, labels = change(*case.read())
                result = segment_cine(
                    cine, model.spec, engine, SegmentationOptions(grid=None if look else model.spec.grid)
                )
                found, wanted = result.labels == CAVITY.value, labels == CAVITY.value
                one = np.array([np.count_nonzero(m) for m in (found & wanted, found, wanted)], float)
                dice.append(2 * one[0] / max(1.0, one[1] + one[2]))
                counts += one
                others += any("the network" in warning for warning in result.warnings)
            pooled = 2 * counts[0] / (counts[1] + counts[2])
            print(f"| {name} | {'yes' if look else 'no'} | {np.mean(dice):.3f} | {pooled:.3f} | {others} |", flush=True)


if __name__ == "__main__":
    main()
