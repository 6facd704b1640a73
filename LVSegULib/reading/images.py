"""Read a cine, or a label map, from one NIfTI, NRRD or MetaImage file, 3-D or 4-D."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from LVSegULib.cine import Cine
from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading import nifti_header
from LVSegULib.reading.names import IMAGE_ENDINGS, has_image_ending, short_name
from LVSegULib.reading.right_angles import LEAN_OF_ROUNDING, lean, leaning_note, refuse_leaning, straightened
from LVSegULib.reading.sequence_times import sequence_times_ms

MOST_MASK_VALUES = 4
"""An image of so few different whole numbers is taken for a mask: background and the three regions of the heart."""

LONGEST_FRAME_MS = 500.0
"""Longer times between frames are a header's default (1 s), not a cine's."""

_FRAME_KINDS = ("list", "time")
"""NRRD's kinds of an axis that runs along frames; colours and vectors have kinds of their own."""

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class _Stored:
    """A file's pixels (T, K, J, I) in their own type, with geometry, frame times and what was noticed."""

    pixels: NDArray[Any]
    ijk_to_ras: NDArray[np.float64]
    time_ms: NDArray[np.float64] | None
    notes: tuple[str, ...]


def read_image(path: Path) -> Cine:
    """Read a short-axis stack (3-D, a cine of one frame) or cine (4-D, or a sequence that 3D Slicer wrote).

    The third axis of the file must run along the slices. Axes that lean by up to `right_angles.MOST_LEAN` are
    straightened, and that is noted. Frame times come from NIfTI's time unit or from a Slicer sequence's index.

    Raises:
        InputError: missing or damaged file, unknown ending, 2-D, colour, NaN, constant, or a mask.
        GeometryError: impossible spacing or orientation, or slices along another axis than the third.
    """
    stored = _read(path)
    _refuse_mask(stored.pixels, path)
    _refuse_other_slice_axis(stored, path)
    return Cine(
        frames=np.ascontiguousarray(stored.pixels, np.float32),
        ijk_to_ras=stored.ijk_to_ras,
        time_ms=stored.time_ms,
        name=short_name(path),
        source=str(path),
        notes=stored.notes,
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
    with np.errstate(invalid="ignore"):
        whole = pixels.astype(np.int64)
    if not np.array_equal(whole, pixels) or whole.min() < 0:
        raise InputError(f"{path}: is no label map: its values must be whole numbers from 0, one for each region")
    return whole.astype(np.min_scalar_type(int(whole.max()))), stored.ijk_to_ras


def _read(path: Path) -> _Stored:
    _check_path(path)
    if path.name.lower().endswith((".nii", ".nii.gz")):
        return _read_nifti(path)
    image = _read_itk(path)
    return _as_stored(image, path, sequence_times_ms(image))


def _check_path(path: Path) -> None:
    if not path.exists():
        raise InputError(f"{path}: does not exist: check the path")
    if path.is_dir():
        raise InputError(f"{path}: is a folder, expected an image file")
    if not has_image_ending(path):
        raise InputError(f"{path}: unknown kind of file, expected one of {', '.join(IMAGE_ENDINGS)} or a DICOM folder")


def _read_nifti(path: Path) -> _Stored:
    file = nifti_header.read_nifti_file(path)
    _check_nifti(file, path)
    found = nifti_header.leaning(file, path)
    image = _read_straightened(file, path) if found else _read_itk(path)
    notes = [leaning_note(found)] if found else []
    frame_ms = file.frame_ms
    if frame_ms is not None and not 0 < frame_ms <= LONGEST_FRAME_MS:
        notes.append(f"the file's {frame_ms:g} ms from frame to frame are not those of a heartbeat: left out")
        frame_ms = None
    times_ms = None if frame_ms is None else np.arange(file.shape[3], dtype=np.float64) * frame_ms
    return _as_stored(image, path, times_ms, tuple(notes))


def _check_nifti(file: nifti_header.NiftiFile, path: Path) -> None:
    if len(file.shape) < 3:
        raise InputError(_two_dimensional(path))
    if not all(0 < size < np.inf for size in file.spacing[:3]):
        shown = " x ".join(f"{size:g}" for size in file.spacing[:3])
        raise GeometryError(f"{path}: a voxel of {shown} mm is not possible: correct pixdim in the file's header")
    if count := file.not_finite():
        raise InputError(f"{path}: {count} pixels are NaN or infinite: export the images again, or replace them first")


def _read_straightened(file: nifti_header.NiftiFile, path: Path) -> SimpleITK.Image:
    with tempfile.TemporaryDirectory(prefix="lvsegu-") as folder:
        copy = Path(folder) / "straightened.nii"
        nifti_header.write_straightened(file, copy)
        return _read_itk(copy, shown=path)


def _read_itk(path: Path, shown: Path | None = None) -> SimpleITK.Image:
    try:
        with _quiet_itk():
            return SimpleITK.ReadImage(str(path))
    except (RuntimeError, MemoryError) as error:
        geometry = re.search(r"[^\n:]*(?:direction|spacing|orthonormal)[^\n]*", str(error), re.IGNORECASE)
        if geometry:
            raise GeometryError(f"{shown or path}: {geometry[0].strip()}: correct the file's header") from error
        raise InputError(f"{shown or path}: cannot be read, is it cut short or damaged? Export it again") from error


@contextmanager
def _quiet_itk() -> Iterator[None]:
    """ITK's warnings go straight to the terminal; what matters of them raises as well."""
    before = SimpleITK.ProcessObject.GetGlobalWarningDisplay()
    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        yield
    finally:
        SimpleITK.ProcessObject.SetGlobalWarningDisplay(before)


def _as_stored(
    image: SimpleITK.Image, path: Path, time_ms: NDArray[np.float64] | None, notes: tuple[str, ...] = ()
) -> _Stored:
    if image.GetDimension() < 3:
        raise InputError(_two_dimensional(path))
    pixels = SimpleITK.GetArrayFromImage(image)
    if np.iscomplexobj(pixels):
        raise InputError(f"{path}: has complex pixels, expected magnitude images: export the magnitude")
    if image.GetNumberOfComponentsPerPixel() > 1:
        pixels = _frames_of_list(pixels, image, path)
    if pixels.ndim == 3:
        pixels = pixels[np.newaxis]
    if pixels.ndim != 4:
        raise InputError(f"{path}: has {pixels.ndim} axes, expected 3 (a stack) or 4 (a cine)")
    if time_ms is not None and len(time_ms) != len(pixels):
        time_ms = None
    ijk_to_ras = _ijk_to_ras(image)
    found = lean(ijk_to_ras[:3, :3])
    refuse_leaning(found, path)
    if found > LEAN_OF_ROUNDING:
        ijk_to_ras[:3, :3] = straightened(ijk_to_ras[:3, :3])
        notes = (*notes, leaning_note(found))
    return _Stored(pixels, ijk_to_ras, time_ms, notes)


def _two_dimensional(path: Path) -> str:
    return f"{path}: is a single 2-D image, expected a short-axis stack (3-D) or cine (4-D): give the whole stack"


def _frames_of_list(pixels: NDArray[Any], image: SimpleITK.Image, path: Path) -> NDArray[Any]:
    """Frames (T, K, J, I) of a Slicer sequence, whose list axis ITK takes for the components of a pixel."""
    kind = image.GetMetaData("NRRD_kinds[pixel]") if image.HasMetaDataKey("NRRD_kinds[pixel]") else ""
    is_segmentation = any(key.startswith("Segment0_") for key in image.GetMetaDataKeys())
    if kind not in _FRAME_KINDS or pixels.ndim != 4 or is_segmentation:
        count = image.GetNumberOfComponentsPerPixel()
        raise InputError(
            f"{path}: has {count} values per pixel (colour or vectors), expected grey values: export grey images"
        )
    return np.moveaxis(pixels, -1, 0)


def _ijk_to_ras(image: SimpleITK.Image) -> NDArray[np.float64]:
    size = image.GetDimension()
    ijk_to_lps = np.eye(4)
    ijk_to_lps[:3, :3] = np.array(image.GetDirection()).reshape(size, size)[:3, :3] * image.GetSpacing()[:3]
    ijk_to_lps[:3, 3] = image.GetOrigin()[:3]
    return np.asarray(_LPS_TO_RAS @ ijk_to_lps)


def _refuse_mask(pixels: NDArray[Any], path: Path) -> None:
    if len(np.unique(pixels.flat[:: max(1, pixels.size // 5000)])) > MOST_MASK_VALUES:
        return
    values = np.unique(pixels)
    if 1 < len(values) <= MOST_MASK_VALUES and np.array_equal(values, np.rint(values)):
        shown = ", ".join(f"{value:g}" for value in values)
        raise InputError(f"{path}: holds only the values {shown}: it is a mask or label map, expected an image")


def _refuse_other_slice_axis(stored: _Stored, path: Path) -> None:
    spacing_mm = np.linalg.norm(stored.ijk_to_ras[:3, :3], axis=0)
    counts = stored.pixels.shape[:0:-1]
    widest = int(spacing_mm.argmax())
    if spacing_mm[widest] > 1.5 * spacing_mm[2]:
        raise GeometryError(
            f"{path}: its slices ({counts[widest]}, {spacing_mm[widest]:g} mm apart) lie along axis {widest + 1}, "
            "expected along the third: reorder the axes, for example by exporting the stack as it was acquired"
        )
