"""Read the Sunnybrook Cardiac Data as released: DICOM cines with the experts' contours as text.

Radau et al., "Evaluation Framework for Algorithms Segmenting Short Axis Cardiac MRI", MIDAS Journal, 2009.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError, reason
from LVSegULib.labels import CAVITY
from LVSegULib.reading.polygons import fill_polygon, polygon_area, read_polygon

if TYPE_CHECKING:
    from LVSegULib.cine import Cine

Polygons = Mapping[tuple[int, int], NDArray[np.float64]]
"""Corners (P, 2) as (i, j) in pixels by (frame, slice) of the cine."""

_TABLE = "scd_patientdata.csv"
_CONTOUR = re.compile(r"IM-\d+-(?P<instance>\d+)-icontour-manual\.txt", re.IGNORECASE)
_ORIGINAL_NAME = re.compile(r"(?P<group>SC-[A-Z-]+?)-0*(?P<number>\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True)
class SunnybrookCine:
    """A patient's cine with its contours.

    Attributes:
        cine: the whole cine.
        endo: endocardial contours, papillary muscles in the cavity.
        ed_frame: the contoured frame with the greater endocardial areas.
        es_frame: the contoured frame with the smaller ones; the same as `ed_frame` if only one is contoured.
    """

    cine: Cine
    endo: Polygons
    ed_frame: int
    es_frame: int

    def labels(self) -> NDArray[np.uint8]:
        """The cavity as labels (T, K, J, I), 1 inside the endocardial contours and on them, 0 elsewhere.

        Known are all slices of ED and ES, where one without contour has no cavity.
        """
        frames, slices, rows, columns = self.cine.frames.shape
        labels = np.zeros((frames, slices, rows, columns), np.uint8)
        for place, corners in self.endo.items():
            labels[place][fill_polygon(corners, (rows, columns), with_border=True)] = CAVITY.value
        return labels


@dataclass(frozen=True)
class SunnybrookPatient:
    """Where a patient's files lie.

    Attributes:
        name: the original name with two digits ("SC-HF-I-01").
        scd_name: the name of the release ("SCD0000101").
        images: folder of the DICOM cine.
        contours: files of the endocardial contours by InstanceNumber.
    """

    name: str
    scd_name: str
    images: Path
    contours: Mapping[int, Path]

    def read(self) -> SunnybrookCine:
        """Read the cine and the contours, put together by InstanceNumber.

        Raises:
            InputError: a file cannot be read, or a contour belongs to no image; GeometryError as for any DICOM.
        """
        from LVSegULib.reading.dicom import open_dicom_stack, read_stack_cine

        stack, source = open_dicom_stack(self.images)
        cine = read_stack_cine(self.images, stack, source)
        endo = _placed(self.contours, stack.instances)
        ed_frame, es_frame = _ed_and_es(endo)
        return SunnybrookCine(cine, endo, ed_frame, es_frame)


def open_sunnybrook(folder: Path) -> tuple[SunnybrookPatient, ...]:
    """List the patients of a Sunnybrook release that have images and endocardial contours, by name; reads no image.

    The folder holds scd_patientdata.csv, folders SCDnnnnnnn with DICOM files, and folders SC-... with contours,
    at any depth.

    Raises:
        InputError: no table, no contours, or no patient with both images and contours.
    """
    table = _read_table(folder)
    contours = _find_contours(folder)
    images = {path.name: path for path in sorted(folder.rglob("SCD[0-9]*")) if path.is_dir()}
    patients = [
        SunnybrookPatient(name, scd_name, _cine_folder(images[scd_name]), contours[name])
        for name, scd_name in table.items()
        if name in contours and scd_name in images
    ]
    if not patients:
        raise InputError(
            f"{folder}: no patient has both images (SCDnnnnnnn) and contours (IM-nnnn-nnnn-icontour-manual.txt) there: "
            f"{len(images)} have images, {len(contours)} contours"
        )
    return tuple(sorted(patients, key=lambda patient: patient.name))


def is_sunnybrook(folder: Path) -> bool:
    """Whether a folder looks like a Sunnybrook release."""
    return (folder / _TABLE).is_file()


def padded_name(text: str) -> str | None:
    """The original name with two digits: "SC-HF-I-01" for "SC-HF-I-1"; None if it is no such name."""
    match = _ORIGINAL_NAME.fullmatch(text.strip())
    return f"{match['group'].upper()}-{int(match['number']):02d}" if match else None


def _read_table(folder: Path) -> dict[str, str]:
    """The names of the release by the original names."""
    path = folder / _TABLE
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, restval=""))
        named = {padded_name(row["OriginalID"]): row["PatientID"] for row in rows}
    except FileNotFoundError as error:
        raise InputError(f"{folder}: has no {_TABLE}, expected the Sunnybrook Cardiac Data") from error
    except (OSError, UnicodeError, KeyError, csv.Error) as error:
        raise InputError(
            f"{path}: is no table with PatientID and OriginalID ({reason(error)}): download it again"
        ) from error
    return {name: scd_name for name, scd_name in named.items() if name}


def _find_contours(folder: Path) -> dict[str, dict[int, Path]]:
    """The endocardial contours by patient and InstanceNumber."""
    found: dict[str, dict[int, Path]] = defaultdict(dict)
    for path in sorted(folder.rglob("*contour-manual.txt")):
        match = _CONTOUR.fullmatch(path.name)
        name = next(filter(None, (padded_name(parent.name) for parent in path.parents)), None)
        if match and name:
            found[name][int(match["instance"])] = path
    return found


def _cine_folder(patient: Path) -> Path:
    return next((path for path in sorted(patient.glob("CINESAX*")) if path.is_dir()), patient)


def _placed(files: Mapping[int, Path], instances: NDArray[np.int64]) -> dict[tuple[int, int], NDArray[np.float64]]:
    places = {int(instance): (int(t), int(k)) for (t, k), instance in np.ndenumerate(instances)}
    for instance, path in files.items():
        if instance not in places:
            raise InputError(f"{path}: belongs to InstanceNumber {instance}, which the cine lacks: add that image")
    return {places[instance]: read_polygon(path) for instance, path in files.items()}


def _ed_and_es(endo: Polygons) -> tuple[int, int]:
    """The two frames with most contours; the one with the greater mean area is ED."""
    areas: dict[int, list[float]] = defaultdict(list)
    for (frame, _), corners in endo.items():
        areas[frame].append(abs(polygon_area(corners)))
    chosen = sorted(areas, key=lambda frame: len(areas[frame]), reverse=True)[:2]
    chosen.sort(key=lambda frame: float(np.mean(areas[frame])), reverse=True)
    return chosen[0], chosen[-1]
