"""Measure what cleaning up does to labels drawn by experts, of which nothing should go.

python -m Testing.segmentation.measure_cleanup DATASET
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from LVSegULib.labels import ALL_LABELS
from LVSegULib.reading.labelled import LabelledCase, open_labelled
from LVSegULib.segmentation.cleanup import keep_heart

NAMES = {0: "background"} | {label.value: label.name for label in ALL_LABELS}


def main(folder: Path) -> None:
    """Clean up the labels of each patient, all of his frames together, and each frame by itself."""
    changes: dict[str, Counter[tuple[int, int]]] = {"frames together": Counter(), "each by itself": Counter()}
    drawn: Counter[int] = Counter()
    patients = 0
    for name, labels in labels_by_patient(open_labelled(folder, ("LV",))):
        patients += 1
        drawn.update(dict(enumerate(np.bincount(labels.ravel(), minlength=4).tolist())))
        cleaned = {
            "frames together": keep_heart(labels),
            "each by itself": np.concatenate([keep_heart(frame[None]) for frame in labels]),
        }
        for way, after in cleaned.items():
            of_patient = changed(labels, after)
            changes[way] += of_patient
            for (old, new), count in sorted(of_patient.items()):
                print(f"{name}, {way}: {count} voxels of {NAMES[old]} became {NAMES[new]}")
    print(f"{patients} patients, voxels drawn: {', '.join(f'{NAMES[value]} {drawn[value]:,}' for value in (1, 2, 3))}")
    for way, counts in changes.items():
        print(f"{way}: {sum(counts.values())} voxels changed")


def labels_by_patient(cases: tuple[LabelledCase, ...]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """The labels of each patient (T, K, J, I); stacks of one size are taken for frames of one beat."""
    patients = sorted({case.patient for case in cases})
    for patient in patients:
        stacks: dict[tuple[int, ...], list[NDArray[np.uint8]]] = {}
        for case in cases:
            if case.patient == patient:
                labels = case.read()[1]
                stacks.setdefault(labels.shape[1:], []).append(labels)
        for frames in stacks.values():
            yield patient, np.concatenate(frames)


def changed(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Counter[tuple[int, int]]:
    """How many voxels went from one value to another, by both values."""
    differ = before != after
    return Counter(zip(before[differ].tolist(), after[differ].tolist(), strict=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
