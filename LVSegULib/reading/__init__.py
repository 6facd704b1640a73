"""Readers: DICOM folders, image files, nnU-Net raw folders and Sunnybrook contours, all giving one type, the cine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from LVSegULib.errors import InputError, UsageError
from LVSegULib.progress import Report, silent

if TYPE_CHECKING:
    from LVSegULib.cine import Cine


def read_cine(
    path: Path, series: str | None = None, files: Sequence[Path] | None = None, progress: Report = silent
) -> Cine:
    """Read a short-axis cine from a DICOM folder or from a NIfTI, NRRD or MetaImage file.

    Args:
        path: the folder, or the file.
        series: which DICOM series to take: its number, its UID, or part of its description.
        files: the DICOM files of the folder to look at, where others are of no concern; None: all of them.
        progress: told the share done of reading a folder; whatever it raises stops the reading.

    Raises:
        InputError: nothing readable is there, or it is damaged.
        GeometryError: positions, orientations or spacings are impossible or contradict each other.
        UsageError: `series` is given for an image file.
    """
    if not path.exists():
        raise InputError(f"{path}: does not exist: check the path")
    from LVSegULib.reading.names import has_image_ending, is_segmentation

    if has_image_ending(path) and path.is_file():
        if series is not None:
            raise UsageError(f"{path}: --series chooses a DICOM series, but this is an image file: leave it out")
        if is_segmentation(path):
            raise InputError(f"{path}: is a segmentation by its name: give the image that it was drawn on")
        from LVSegULib.reading.images import read_image

        return read_image(path)
    from LVSegULib.reading.dicom import read_dicom_cine

    return read_dicom_cine(path, series, files, progress)
