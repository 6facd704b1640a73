"""Read an image from a NRRD file: a stack, a cine of four axes, or a sequence as 3D Slicer writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.reading.limits import refuse_far
from LVSegULib.reading.nrrd_header import NrrdHeader, read_nrrd_header
from LVSegULib.reading.sequence_times import sequence_times_ms
from LVSegULib.reading.stored_image import StoredImage, check_spacing, ijk_to_ras_of, several_values, two_dimensional

_DOMAIN_KINDS = ("domain", "space", "time", "???", "none", "")
_FRAME_KINDS = ("list", *_DOMAIN_KINDS)
"""Kinds of an axis that may run along frames; colours and vectors have kinds of their own."""

_TO_LPS = {
    **dict.fromkeys(("right-anterior-superior", "ras", "right-anterior-superior-time", "rast"), (-1.0, -1.0, 1.0)),
    **dict.fromkeys(("left-anterior-superior", "las", "left-anterior-superior-time", "last"), (1.0, -1.0, 1.0)),
}
"""Signs that bring a space to LPS; all other spaces are taken for LPS, as ITK does."""


def read_nrrd(path: Path) -> StoredImage:
    """Read a .nrrd or .nhdr file.

    Raises:
        InputError: missing or damaged, 2-D, colours or vectors, or more than any cine has.
        GeometryError: impossible spacing, direction or origin.
    """
    header = read_nrrd_header(path)
    spatial, frames = _axes(header)
    if frames is not None and (_kinds(header)[frames] not in _FRAME_KINDS or _is_segmentation(header)):
        raise several_values(path, header.sizes[frames])
    ijk_to_ras = _ijk_to_ras(header, spatial)
    return StoredImage(
        _read(header, spatial, frames), ijk_to_ras, sequence_times_ms(header.keys, header.words("units"))
    )


def read_nrrd_layers(header: NrrdHeader) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Read the voxels of a segmentation of 3D Slicer (.seg.nrrd).

    Returns:
        Its layers (L, K, J, I), and the 4x4 matrix from voxel indices (i, j, k, 1) to RAS millimetres.

    Raises:
        InputError: damaged, 2-D, or by a 3D Slicer older than 5, whose segments are a fourth axis in space.
        GeometryError: impossible spacing, direction or origin.
    """
    spatial, layers = _axes(header)
    if layers is not None and _kinds(header)[layers] in _DOMAIN_KINDS:
        raise InputError(f"{header.path}: was not written by 3D Slicer 5: load it there and save it again")
    ijk_to_ras = _ijk_to_ras(header, spatial)
    return _read(header, spatial, layers), ijk_to_ras


def _read(header: NrrdHeader, spatial: list[int], further: int | None) -> NDArray[Any]:
    """The pixels (N, K, J, I), N along the axis `further`, or one."""
    stored = header.pixels.read().reshape(header.sizes[::-1])
    order = [*([] if further is None else [further]), *reversed(spatial)]
    pixels: NDArray[Any] = stored.transpose([len(header.sizes) - 1 - axis for axis in order])
    return pixels if further is not None else pixels[np.newaxis]


def _kinds(header: NrrdHeader) -> list[str]:
    return [kind.lower() for kind in header.words("kinds")]


def _is_segmentation(header: NrrdHeader) -> bool:
    return any(key.startswith("Segment0_") for key in header.keys)


def _axes(header: NrrdHeader) -> tuple[list[int], int | None]:
    """The axes along I, J and K, and a further one along frames or layers, None if there are three axes only."""
    kinds, every = _kinds(header), range(len(header.sizes))
    if "space directions" in header.fields:
        vectors = header.vectors("space directions")
        if len(vectors) != len(header.sizes):
            raise InputError(
                f"{header.path}: has {len(vectors)} space directions for {len(header.sizes)} axes: correct it"
            )
        spatial = [axis for axis in every if vectors[axis] is not None]
    else:
        spatial = [axis for axis in every if kinds[axis] in _DOMAIN_KINDS]
    spatial, others = spatial[:3], [axis for axis in every if axis not in spatial[:3]]
    if len(spatial) < 3:
        raise two_dimensional(header.path)
    if len(others) > 1:
        raise InputError(f"{header.path}: has {len(header.sizes)} axes, expected 3 (a stack) or 4 (a cine)")
    return spatial, others[0] if others else None


def _ijk_to_ras(header: NrrdHeader, spatial: list[int]) -> NDArray[np.float64]:
    signs = np.array(_TO_LPS.get(header.fields.get("space", "").lower(), (1.0, 1.0, 1.0)))
    origin = _origin(header)
    refuse_far(header.path, origin)
    if "space directions" not in header.fields:
        return ijk_to_ras_of(header.path, np.diag(_spacing_mm(header, spatial)), origin)
    vectors = header.vectors("space directions")
    if any(len(vectors[axis] or ()) not in (3, 4) for axis in spatial):
        raise InputError(f"{header.path}: its space directions are not of three dimensions: correct the header")
    axes = np.array([(vectors[axis] or ())[:3] for axis in spatial]).T
    return ijk_to_ras_of(header.path, signs[:, np.newaxis] * axes, signs * origin)


def _origin(header: NrrdHeader) -> NDArray[np.float64]:
    if "space origin" not in header.fields:
        return np.zeros(3)
    (origin, *others) = header.vectors("space origin") or [None]
    if origin is None or len(origin) not in (3, 4) or others:
        raise InputError(f"{header.path}: its space origin is no place: correct the header")
    return np.array(origin[:3])


def _spacing_mm(header: NrrdHeader, spatial: list[int]) -> tuple[float, ...]:
    """The spacings of the axes; 1 mm where the header says none, as ITK has it."""
    field = header.field("spacings")
    if field is None:
        return 1.0, 1.0, 1.0
    words = field.text.split()
    if len(words) != len(header.sizes):
        raise field.wrong(f"{len(header.sizes)} numbers")
    try:
        spacing_mm = tuple(float(words[axis]) for axis in spatial)
    except ValueError as error:
        raise field.wrong("numbers") from error
    check_spacing(header.path, spacing_mm)
    return spacing_mm
