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
    ijk_to_ras = _ijk_to_ras(header, spatial)
    stored = header.pixels.read().reshape(header.sizes[::-1])
    order = [*([] if frames is None else [frames]), *reversed(spatial)]
    pixels: NDArray[Any] = stored.transpose([len(header.sizes) - 1 - axis for axis in order])
    pixels = pixels if frames is not None else pixels[np.newaxis]
    return StoredImage(pixels, ijk_to_ras, sequence_times_ms(header.keys, header.words("units")))


def _axes(header: NrrdHeader) -> tuple[list[int], int | None]:
    """The axes along I, J and K, and that along the frames, None if there is one frame only."""
    kinds = [kind.lower() for kind in header.words("kinds")]
    every = range(len(header.sizes))
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
    is_segmentation = any(key.startswith("Segment0_") for key in header.keys)
    if others and (kinds[others[0]] not in _FRAME_KINDS or is_segmentation):
        raise several_values(header.path, header.sizes[others[0]])
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
