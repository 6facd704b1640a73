"""From a pair to cases: a frame of the image, and its labels on the same grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.case_names import CASE_NAME
from LVSegULib.cine import Cine
from LVSegULib.dataset.frames import DrawnFrame, find_frames
from LVSegULib.dataset.painting import Painted, paint
from LVSegULib.dataset.pair import Pair
from LVSegULib.dataset.regions import Assignment, find_drawings
from LVSegULib.dataset.segmentation import Segmentation, read_segmentation
from LVSegULib.errors import InputError
from LVSegULib.reading import read_cine
from LVSegULib.reading.names import is_segmentation, safe_name


@dataclass(frozen=True)
class NewCase:
    """A case that is ready to be written.

    Attributes:
        name: name of its files, such as "anna_ED".
        image: intensities (K, J, I), as the volume has them.
        ijk_to_ras: 4x4 matrix from voxel indices (i, j, k, 1) of image and labels to RAS millimetres.
        painted: its labels, and what they were taken from.
    """

    name: str
    image: NDArray[Any]
    ijk_to_ras: NDArray[np.float64]
    painted: Painted


def make_cases(pair: Pair, assignments: Sequence[Assignment] = ()) -> list[NewCase]:
    """The cases of a pair: one, or one for each phase or frame that was drawn.

    Raises:
        InputError: a file cannot be read, or a region is not there, empty or ambiguous.
        GeometryError: the segmentation lies elsewhere, or has another number of frames.
        UsageError: it must be said which frame or phase was drawn on.
    """
    if is_segmentation(pair.volume):
        raise InputError(f"{pair.volume}: is a segmentation: give the volume first, then its segmentation")
    cine = read_cine(pair.volume, pair.series)
    segmentation = read_segmentation(pair.segmentation)
    drawn = find_frames(pair, cine, find_drawings(segmentation, assignments))
    patient = _as_in_data_sets(safe_name(pair.patient or cine.name.removesuffix("_0000")))
    return [_case(patient, cine, segmentation, frame) for frame in drawn]


def _case(patient: str, cine: Cine, segmentation: Segmentation, frame: DrawnFrame) -> NewCase:
    suffix = f"_{frame.suffix}" if frame.suffix else ""
    image = cine.frames[frame.of_image]
    slices, rows, columns = image.shape
    painted = paint(segmentation, frame, (slices, rows, columns), cine.ijk_to_ras)
    return NewCase(patient.removesuffix(suffix) + suffix, in_own_type(image), cine.ijk_to_ras, painted)


def _as_in_data_sets(name: str) -> str:
    """`name` with the phase or frame at its end as data sets write it, "anna_ED" for "anna-ed".

    Otherwise ED and ES of one heart would be taken for two patients, one to learn from and one to be judged.
    """
    match = CASE_NAME.fullmatch(name)
    return (
        f"{match['patient']}_{match['phase'].upper() if match['phase'] else match['frame'].lower()}" if match else name
    )


def in_own_type(image: NDArray[np.float32]) -> NDArray[Any]:
    """The same intensities (K, J, I) as whole numbers of 8 or 16 bits where they are such, as scanners give them."""
    for kind in (np.uint8, np.int16, np.uint16):
        limits = np.iinfo(kind)
        if image.min() >= limits.min and image.max() <= limits.max and np.array_equal(image, np.rint(image)):
            return image.astype(kind)
    return image
