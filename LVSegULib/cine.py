"""The cine: a beating short-axis stack with its geometry, as every reader gives it and every step takes it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.shown import counted

SHORTEST_SPACING_MM = 0.01
LONGEST_SPACING_MM = 100.0

LONGEST_FRAME_MS = 500.0
"""Longer times from frame to frame are no cine's: a header's default, 1 s, or the numbers of the frames as seconds."""


@dataclass(frozen=True)
class Cine:
    """A short-axis stack over the beat; a single volume is a cine of one frame.

    Attributes:
        frames: intensities (T, K, J, I), float32; K runs along the slices, J down the rows, I along the columns.
        ijk_to_ras: 4x4 matrix from voxel indices (i, j, k, 1) to RAS millimetres; its third column is the step
            between slice centres, gap included.
        time_ms: time of each frame after the R wave (T,), or None where the source does not say.
        name: short name for output files.
        source: where it came from, for people ("series 300 of FOLDER, 12 slices x 20 frames").
        notes: what the reader noticed and the user should know, one sentence each.
        description: what the scanner's user called the series; "" where nobody says.
    """

    frames: NDArray[np.float32]
    ijk_to_ras: NDArray[np.float64]
    time_ms: NDArray[np.float64] | None = None
    name: str = "cine"
    source: str = ""
    notes: tuple[str, ...] = field(default=())
    description: str = ""

    def __post_init__(self) -> None:
        _check_frames(self.frames, self.name)
        check_matrix(self.ijk_to_ras, self.name)
        if self.time_ms is not None and self.time_ms.shape != (self.frames.shape[0],):
            raise InputError(
                f"{self.name}: time_ms has shape {self.time_ms.shape}, expected one time for each of the "
                f"{self.frames.shape[0]} frames"
            )

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Voxel size (K, J, I) in mm; K is the distance between slice centres."""
        lengths = np.linalg.norm(self.ijk_to_ras[:3, :3], axis=0)
        return float(lengths[2]), float(lengths[1]), float(lengths[0])

    @property
    def frame_count(self) -> int:
        """Number of frames T."""
        return int(self.frames.shape[0])

    @property
    def slice_count(self) -> int:
        """Number of slices K."""
        return int(self.frames.shape[1])

    def describe(self) -> str:
        """One line for people: "12 slices x 20 frames, 256 x 256 pixels, 1.37 x 1.37 x 10.00 mm"."""
        return describe_stack(self.frames.shape, self.ijk_to_ras)


def describe_stack(shape: tuple[int, ...], ijk_to_ras: NDArray[np.float64]) -> str:
    """One line for people on a cine of `shape` (T, K, J, I): "12 slices x 20 frames, 256 x 256 pixels, ..."."""
    i_mm, j_mm, k_mm = np.linalg.norm(ijk_to_ras[:3, :3], axis=0)
    frames, slices, rows, columns = shape
    return (
        f"{counted(slices, 'slice')} x {counted(frames, 'frame')}, "
        f"{columns} x {rows} pixels, {i_mm:.2f} x {j_mm:.2f} x {k_mm:.2f} mm"
    )


def _check_frames(frames: NDArray[np.float32], name: str) -> None:
    if frames.ndim != 4 or min(frames.shape) < 1:
        raise InputError(f"{name}: frames have shape {frames.shape}, expected (T, K, J, I) with none of them 0")
    if frames.dtype != np.float32:
        raise InputError(f"{name}: frames are {frames.dtype}, expected float32")
    refuse_no_numbers(frames, name)
    if frames.min() == frames.max():
        raise InputError(f"{name}: every pixel has the value {frames.flat[0]:g}: there is no image in it")


def refuse_no_numbers(pixels: NDArray[np.float32], name: str) -> None:
    """Raise an InputError if pixels are NaN or infinite."""
    if count := pixels.size - int(np.count_nonzero(np.isfinite(pixels))):
        raise InputError(f"{name}: {count} pixels are NaN or infinite: export the images again, or replace these first")


def check_matrix(ijk_to_ras: NDArray[np.float64], name: str) -> None:
    """Check that a 4x4 matrix can be a cine's `ijk_to_ras`.

    Raises:
        GeometryError: it is not finite, a voxel is impossibly small or large, or the axes do not span space.
    """
    if ijk_to_ras.shape != (4, 4) or not np.isfinite(ijk_to_ras).all():
        raise GeometryError(f"{name}: ijk_to_ras must be a finite 4x4 matrix, got shape {ijk_to_ras.shape}")
    lengths = np.linalg.norm(ijk_to_ras[:3, :3], axis=0)
    if (lengths < SHORTEST_SPACING_MM).any() or (lengths > LONGEST_SPACING_MM).any():
        shown = " x ".join(f"{length:g}" for length in lengths)
        raise GeometryError(
            f"{name}: a voxel of {shown} mm is not possible (each must lie between {SHORTEST_SPACING_MM:g} and "
            f"{LONGEST_SPACING_MM:g} mm): correct the spacing in the file's header"
        )
    if abs(np.linalg.det(ijk_to_ras[:3, :3] / lengths)) < 0.5:
        raise GeometryError(f"{name}: the axes of the image do not span space (or lean by more than 60 degrees)")
