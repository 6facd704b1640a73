"""From a cine to the network's input and from its logits to labels: one code path for training and for use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.parallel import in_order
from LVSegULib.preparation.grid import Grid, from_grid, to_grid
from LVSegULib.preparation.intensity import intensity_scaling
from LVSegULib.preparation.orientation import Orientation
from LVSegULib.progress import Report, silent


@dataclass(frozen=True)
class Chosen:
    """Some of a cine's slices: these `slices`, in these `frames`."""

    frames: NDArray[np.intp]
    slices: NDArray[np.intp]


def prepare_images(cine: Cine, grid: Grid, report: Report = silent, only: Chosen | None = None) -> NDArray[np.float32]:
    """The cine's slices as network input (T * K, 1, rows, columns) in 0..1; 0 beyond the image's edge.

    Args:
        cine: the images; one scale serves all of them.
        grid: the network's grid.
        report: told after every frame.
        only: prepare these, as they are among all.
    """
    orientation, spacing_mm = _view(cine, grid)
    scale = intensity_scaling(cine.frames, cine.spacing_mm[1:], grid.intensity)
    frames, slices = (np.arange(cine.frame_count), slice(None)) if only is None else (only.frames, only.slices)
    count = cine.slice_count if only is None else len(only.slices)
    images = np.empty((len(frames), count, grid.rows, grid.columns), np.float32)

    def prepare(index: int) -> None:
        # A frame at a time: scaled and resampled, a whole cine would need its own memory twice more.
        images[index] = to_grid(orientation.apply(scale(cine.frames[frames[index]])[slices]), spacing_mm, grid)

    _frame_by_frame(prepare, len(frames), report)
    return images.reshape(-1, 1, grid.rows, grid.columns)


def prepare_targets(labels: NDArray[np.uint8], cine: Cine, values: tuple[int, ...], grid: Grid) -> NDArray[np.float32]:
    """Reference labels (T, K, J, I) as the share of each grid pixel that a label covers.

    Args:
        labels: label values 0..3 on the cine's own pixels.
        cine: the cine that the labels belong to.
        values: the label values to learn, in the order of the network's output channels.
        grid: the network's grid.

    Returns:
        (T * K, len(values), rows, columns), float32 in 0..1.
    """
    orientation, spacing_mm = _view(cine, grid)
    turned = orientation.apply(labels.reshape(-1, *labels.shape[-2:]))
    return np.stack([to_grid((turned == value).astype(np.float32), spacing_mm, grid) for value in values], axis=1)


def restore_labels(
    logits: NDArray[np.float32], cine: Cine, values: tuple[int, ...], grid: Grid, report: Report = silent
) -> NDArray[np.uint8]:
    """Label map (T, K, J, I) on the cine's own pixels.

    The background's logit is 0 and it wins ties, so that beyond the grid, where resampled logits are 0, is background.

    Args:
        logits: (T * K, C, rows, columns), one channel for each of `values`.
        cine: the cine that `prepare_images` was given.
        values: label value of each channel.
        grid: the network's grid.
        report: told after every frame.
    """
    orientation, spacing_mm = _view(cine, grid)
    count, slices, rows, columns = cine.frames.shape
    size = orientation.size(rows, columns)
    labels = np.empty((count, slices, rows, columns), np.uint8)
    by_frame = logits.reshape(count, slices, *logits.shape[1:])

    def restore(index: int) -> None:
        fine = from_grid(by_frame[index], grid, size, spacing_mm)
        labels[index] = orientation.undo(labels_of(fine, values))

    _frame_by_frame(restore, count, report)
    return labels


def _frame_by_frame(work: Callable[[int], None], count: int, report: Report) -> None:
    """Do the work for each of `count` frames, some at a time, and report after each."""
    for done, _ in enumerate(in_order(work, range(count)), start=1):
        report(done / count)


def labels_of(logits: NDArray[np.float32], values: tuple[int, ...]) -> NDArray[np.uint8]:
    """Label map (K, J, I) of logits (K, C, J, I): value of the largest, the first of equals; 0 if none is above 0."""
    largest = np.zeros_like(logits[:, 0])
    labels = np.zeros(largest.shape, np.uint8)
    for channel, value in enumerate(values):
        np.copyto(labels, np.uint8(value), where=logits[:, channel] > largest)
        np.maximum(largest, logits[:, channel], out=largest)
    return labels


def _view(cine: Cine, grid: Grid) -> tuple[Orientation, tuple[float, float]]:
    """How the network sees the cine's slices, and their in-plane spacing (J, I) as it sees them."""
    orientation = grid.orientation(cine.ijk_to_ras)
    return orientation, orientation.spacing(cine.spacing_mm[1:])
