"""Read a cine, or a label map, from one NIfTI, NRRD or MetaImage file, 3-D or 4-D."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.cine import Cine, check_matrix, refuse_no_numbers
from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.blank_frames import blank_frames
from LVSegULib.reading.lost_spacing import lost_spacing
from LVSegULib.reading.masks import refuse_mask
from LVSegULib.reading.metaimage import read_metaimage
from LVSegULib.reading.names import IMAGE_ENDINGS, METAIMAGE, NIFTI, NRRD, has_image_ending, short_name
from LVSegULib.reading.nifti import read_nifti
from LVSegULib.reading.nrrd import read_nrrd
from LVSegULib.reading.right_angles import LEAN_OF_ROUNDING, lean, leaning_note, refuse_leaning, straightened
from LVSegULib.reading.stored_image import StoredImage

READERS = {NIFTI: read_nifti, NRRD: read_nrrd, METAIMAGE: read_metaimage}
"""By the endings of each format."""

_FEWEST_PIXELS, _SLICES_FOR_EACH = 32, 4
"""Where an axis of the slices has fewer pixels, and the stack so many times more slices, the axes are swapped."""


def read_image(path: Path) -> Cine:
    """Read a short-axis stack (3-D, a cine of one frame) or cine (4-D, or a sequence that 3D Slicer wrote).

    The third axis of the file must run along the slices. Axes that lean by up to `right_angles.MOST_LEAN` are
    straightened, and that is noted. Frame times come from NIfTI's time unit or from a Slicer sequence's index.

    Raises:
        InputError: missing or damaged file, unknown ending, 2-D, colour, NaN, constant, a mask, or too large.
        GeometryError: impossible spacing or orientation, or slices along another axis than the third.
    """
    stored = _read(path)
    refuse_mask(stored.pixels, path)
    _refuse_other_slice_axis(stored, path)
    frames = _as_float32(stored.pixels, path)
    return Cine(
        frames=frames,
        ijk_to_ras=stored.ijk_to_ras,
        time_ms=stored.time_ms,
        name=short_name(path),
        source=str(path),
        notes=(
            *stored.notes,
            *lost_spacing(stored.ijk_to_ras, frames.shape, path),
            *blank_frames(frames, str(path)),
        ),
    )


def read_label_map(path: Path) -> tuple[NDArray[np.integer[Any]], NDArray[np.float64]]:
    """Read a label map.

    Returns:
        The labels (T, K, J, I) as the smallest unsigned integers that hold them, and ijk_to_ras (4x4).

    Raises:
        InputError: missing or damaged file, unknown ending, 2-D, colour, or values that are not whole numbers >= 0.
        GeometryError: impossible spacing or orientation.
    """
    stored = _read(path)
    pixels = stored.pixels
    lowest, highest = pixels.min(), pixels.max()
    is_in_range = np.isfinite((lowest, highest)).all() and lowest >= 0 and highest < 2**63
    if not is_in_range or (pixels.dtype.kind == "f" and any((frame % 1).any() for frame in pixels)):
        raise InputError(f"{path}: is no label map: its values must be whole numbers from 0, one for each region")
    return pixels.astype(np.min_scalar_type(int(highest))), stored.ijk_to_ras


def _read(path: Path) -> StoredImage:
    _check_path(path)
    read = next(read for endings, read in READERS.items() if path.name.lower().endswith(endings))
    try:
        stored = read(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}): check its permissions") from error
    check_matrix(stored.ijk_to_ras, str(path))
    return _at_right_angles(stored, path)


def _check_path(path: Path) -> None:
    if not path.exists():
        raise InputError(f"{path}: does not exist: check the path")
    if path.is_dir():
        raise InputError(f"{path}: is a folder, expected an image file")
    if not path.is_file():
        raise InputError(f"{path}: is no regular file: save what it gives in a file")
    if not has_image_ending(path):
        raise InputError(f"{path}: unknown kind of file, expected one of {', '.join(IMAGE_ENDINGS)} or a DICOM folder")


def _at_right_angles(stored: StoredImage, path: Path) -> StoredImage:
    found = lean(stored.ijk_to_ras[:3, :3])
    refuse_leaning(found, path)
    if found <= LEAN_OF_ROUNDING:
        return stored
    ijk_to_ras = stored.ijk_to_ras.copy()
    ijk_to_ras[:3, :3] = straightened(ijk_to_ras[:3, :3])
    return replace(stored, ijk_to_ras=ijk_to_ras, notes=(*stored.notes, leaning_note(found)))


def _as_float32(pixels: NDArray[Any], path: Path) -> NDArray[np.float32]:
    """The pixels as a cine has them; ITK would have turned NaN of a NIfTI file into 0."""
    with np.errstate(over="ignore", invalid="ignore"):
        frames = np.ascontiguousarray(pixels, np.float32)
    if pixels.dtype.kind == "f":
        refuse_no_numbers(frames, str(path))
    return frames


def _refuse_other_slice_axis(stored: StoredImage, path: Path) -> None:
    spacing_mm = np.linalg.norm(stored.ijk_to_ras[:3, :3], axis=0)
    counts = stored.pixels.shape[:0:-1]
    widest = int(spacing_mm.argmax())
    if spacing_mm[widest] > 1.5 * spacing_mm[2]:
        raise GeometryError(
            f"{path}: its slices ({counts[widest]}, {spacing_mm[widest]:g} mm apart) lie along axis {widest + 1}, "
            "expected along the third: reorder the axes, for example by exporting the stack as it was acquired"
        )
    if min(counts[:2]) < _FEWEST_PIXELS and counts[2] >= _SLICES_FOR_EACH * min(counts[:2]):
        raise GeometryError(
            f"{path}: has {counts[2]} slices of {counts[0]} x {counts[1]} pixels, expected slices along the third "
            "axis: reorder the axes, for example by exporting the stack as it was acquired"
        )
