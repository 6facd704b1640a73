"""How well hearts are found at other intensities: `python -m Testing.segmentation.measure_intensity DATASET`.

Every labelled case is segmented as it is, and with intensities changed as other scanners, coils and artefacts would;
each with the first look and without.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from LVSegULib.cine import Cine
from LVSegULib.engines.base import open_engine
from LVSegULib.labels import CAVITY
from LVSegULib.modelfolder.folder import find_model
from LVSegULib.reading.labelled import open_labelled
from LVSegULib.segmentation.segment import SegmentationOptions, segment_cine

Frames = NDArray[np.float32]


def between_percentiles(frames: Frames) -> Frames:
    """0 at the 0.5 % percentile, 1 at the 99.5 % one, and no less than 0."""
    low, high = np.percentile(frames, (0.5, 99.5))
    scaled: Frames = np.maximum(0, (frames - low) / (high - low))
    return scaled


def power(exponent: float) -> Callable[[Cine], NDArray[np.floating]]:
    """Brightness to the power of `exponent`: above 1, what is dark gets darker."""
    return lambda cine: between_percentiles(cine.frames) ** exponent


def brightest(percent: float, times: float) -> Callable[[Cine], NDArray[np.floating]]:
    """The brightest pixels `times` as bright, as fat beside a coil."""
    return lambda cine: np.where(cine.frames > np.percentile(cine.frames, 100 - percent), times, 1) * cine.frames


def spots(share: float, times: float) -> Callable[[Cine], NDArray[np.floating]]:
    """A `share` of the pixels, anywhere, `times` as bright as the brightest."""

    def change(cine: Cine) -> NDArray[np.floating]:
        is_spot = np.random.default_rng(0).random(cine.frames.shape) < share
        return np.where(is_spot, cine.frames.max() * times, cine.frames)

    return change


def glare(k: int, share: float, times: float) -> Callable[[Cine], NDArray[np.floating]]:
    """A `share` of the pixels of slice `k` is `times` as bright as the brightest."""

    def change(cine: Cine) -> NDArray[np.floating]:
        is_glare = np.zeros(cine.frames.shape, bool)
        is_glare[:, k] = np.random.default_rng(0).random(cine.frames.shape[2:]) < share
        return np.where(is_glare, cine.frames.max() * times, cine.frames)

    return change


def coil(fall: float) -> Callable[[Cine], NDArray[np.floating]]:
    """Brightness that falls off from the middle of the upper edge, to exp(-fall) at one image's height."""

    def change(cine: Cine) -> NDArray[np.floating]:
        rows, columns = cine.frames.shape[2:]
        j, i = np.mgrid[:rows, :columns]
        falling: NDArray[np.floating] = np.exp(-fall * np.hypot(j / rows, i / columns - 0.5))
        return cine.frames * falling

    return change


def noisy(deviation: float) -> Callable[[Cine], NDArray[np.floating]]:
    """Noise of a magnitude image."""

    def change(cine: Cine) -> NDArray[np.floating]:
        frames = between_percentiles(cine.frames)
        return np.abs(frames + np.random.default_rng(0).normal(0, deviation, frames.shape))

    return change


def blurred(deviation_mm: float) -> Callable[[Cine], NDArray[np.floating]]:
    """Less resolution in the plane."""

    def change(cine: Cine) -> NDArray[np.floating]:
        sigmas = (0, 0, *(deviation_mm / mm for mm in cine.spacing_mm[1:]))
        smooth: NDArray[np.floating] = ndimage.gaussian_filter(cine.frames, sigmas)
        return smooth

    return change


WAYS: dict[str, Callable[[Cine], NDArray[np.floating]]] = {
    "as it is": lambda cine: cine.frames,
    "to the power of 0.5": power(0.5),
    "to the power of 2": power(2.0),
    "coil above, to exp(-2)": coil(2.0),
    "coil above, to exp(-4)": coil(4.0),
    "noise of 0.1": noisy(0.1),
    "noise of 0.2": noisy(0.2),
    "blurred by 1.5 mm": blurred(1.5),
    "blurred by 2.5 mm": blurred(2.5),
    "the brightest 3 % three times as bright": brightest(3, 3),
    "the brightest 2 % ten times as bright": brightest(2, 10),
    "a tenth of the first slice, eight times": glare(0, 0.1, 8),
    "1 % spots of eight times the brightest": spots(0.01, 8),
    "above the 85 % percentile all the same": lambda cine: np.minimum(cine.frames, np.percentile(cine.frames, 85)),
}


def main() -> None:
    """Print the mean Dice per volume for each way, and for how many the network saw other intensities."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--model", default="lv")
    parser.add_argument("--every", type=int, default=1, help="take every so many case")
    parser.add_argument("--first", type=int, default=0, help="beginning with this one")
    arguments = parser.parse_args()
    model = find_model(arguments.model)
    engine = open_engine(model)
    cases = open_labelled(arguments.dataset, (CAVITY.key,))[arguments.first :: arguments.every]
    print(f"{arguments.dataset.name}, {len(cases)} cases, model {model.spec.name}")
    print("| intensities | Dice per volume without the look | with | other intensities |")
    for name, change in WAYS.items():
        dice: dict[bool, list[float]] = {False: [], True: []}
        others = 0
        for case in cases:
            cine, labels = case.read()
            changed = dataclasses.replace(cine, frames=np.ascontiguousarray(change(cine), np.float32))
            for look, values in dice.items():
                result = segment_cine(
                    changed, model.spec, engine, SegmentationOptions(grid=None if look else model.spec.grid)
                )
                found, wanted = result.labels == CAVITY.value, labels == CAVITY.value
                sizes = np.count_nonzero(found) + np.count_nonzero(wanted)
                values.append(2 * np.count_nonzero(found & wanted) / max(1, sizes))
                others += any("brightest" in warning for warning in result.warnings)
        print(f"| {name} | {np.mean(dice[False]):.3f} | {np.mean(dice[True]):.3f} | {others} |", flush=True)


if __name__ == "__main__":
    main()
