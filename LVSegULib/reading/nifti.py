"""Read an image from a NIfTI-1 file, packed or not."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import LONGEST_FRAME_MS
from LVSegULib.errors import GeometryError
from LVSegULib.reading.limits import refuse_far
from LVSegULib.reading.nifti_header import NiftiHeader, has_leaning_sform, read_nifti_header, two_sizes
from LVSegULib.reading.nifti_place import axes_and_origin
from LVSegULib.reading.stored_image import (
    LPS_TO_RAS,
    StoredImage,
    check_spacing,
    ijk_to_ras_of,
    several_values,
    two_dimensional,
)

_log = logging.getLogger(__name__)

_SCALED_AT_ONCE = 2**20
"""Pixels."""


def read_nifti(path: Path) -> StoredImage:
    """Read a .nii or .nii.gz file.

    Raises:
        InputError: missing or damaged, 2-D, colours or vectors, or more than any cine has.
        GeometryError: impossible spacing, direction or origin.
    """
    header = read_nifti_header(path)
    if len(header.shape) < 3:
        raise two_dimensional(path)
    if header.values_per_pixel > 1:
        raise several_values(path, header.values_per_pixel)
    check_spacing(path, header.spacing[:3])
    ijk_to_ras, notes = _placed(header)
    frames = header.shape[3] if len(header.shape) > 3 else 1
    time_ms = None
    if header.frame_ms is not None:
        if 0 < header.frame_ms <= LONGEST_FRAME_MS:
            time_ms = np.arange(frames, dtype=np.float64) * header.frame_ms
        else:
            notes.append(
                f"the file's {header.frame_ms:g} ms from frame to frame are not those of a heartbeat: left out"
            )
    scale, place = header.scale, header.pixels
    pixels = _scaled(place.read(), *scale)
    return StoredImage(pixels.reshape(frames, *header.shape[2::-1]), ijk_to_ras, time_ms, tuple(notes))


def _scaled(pixels: NDArray[Any], slope: float, intercept: float) -> NDArray[Any]:
    if (slope, intercept) == (1.0, 0.0):
        return pixels
    scaled = np.empty(pixels.shape, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(pixels), _SCALED_AT_ONCE):
            part = slice(start, start + _SCALED_AT_ONCE)
            scaled[part] = pixels[part].astype(np.float64) * slope + intercept
    return scaled


def _placed(header: NiftiHeader) -> tuple[NDArray[np.float64], list[str]]:
    """Where the image lies (4x4, IJK to RAS), and what was noticed; a header that contradicts itself is warned of."""
    leans, sizes = has_leaning_sform(header), two_sizes(header)
    notes: list[str] = []
    if sizes and sizes.note:
        notes.append(sizes.note)
        _log.warning("%s: %s", header.path, sizes.note)
    takes_sform = sizes.takes_sform if sizes else leans
    return _ijk_to_ras(header, header.sform if takes_sform else None), notes


def _ijk_to_ras(header: NiftiHeader, sform: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """What the `sform` itself says, or without one what ITK makes of the header."""
    mm = header.mm_per_unit
    found = axes_and_origin(header) if sform is None else (sform[:, :3] * mm, sform[:, 3] * mm)
    if found is None:
        raise GeometryError(
            f"{header.path}: its qform and sform say no possible directions of its axes: correct the file's header"
        )
    axes, origin = (LPS_TO_RAS[:3, :3] @ numbers for numbers in found)
    refuse_far(header.path, origin)
    return ijk_to_ras_of(header.path, axes, origin)
