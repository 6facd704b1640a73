"""What is needed of a DICOM image's header, read from every file of a folder without its pixels."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID

from LVSegULib.errors import InputError, LVSegUError
from LVSegULib.progress import Report, reporting, silent
from LVSegULib.reading import dicom_plain
from LVSegULib.reading.damage import Damage, permitted
from LVSegULib.reading.dicom_enhanced import frame_datasets, refuse_too_many
from LVSegULib.reading.dicom_file import BEFORE_PIXELS, DicomFile, explained, read_elements
from LVSegULib.reading.dicom_meaning import GREY
from LVSegULib.reading.dicom_plain import PlainPixels, find_plain_pixels
from LVSegULib.reading.dicom_values import (
    frames_of,
    number_of,
    numbers_of,
    required_whole_of,
    text_of,
    value_of,
    whole_of,
)
from LVSegULib.reading.suitable import is_mr

FRAME_ORDER = (
    "TriggerTime",
    "NominalCardiacTriggerDelayTime",
    "TemporalPositionIdentifier",
    "TemporalPositionIndex",
    "InstanceNumber",
    "AcquisitionTime",
)
"""Attributes that tell the order of a slice's frames, the most telling first."""

TIMES_IN_MS = FRAME_ORDER[:2]

_TAGS = (
    *FRAME_ORDER,
    "PatientID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SeriesNumber",
    "SeriesDescription",
    "ProtocolName",
    "Modality",
    "SOPInstanceUID",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SpacingBetweenSlices",
    "SliceThickness",
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "NumberOfFrames",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    *dicom_plain.TAGS,
)

NOT_MR = ", not MR"
"""How the reason ends to leave images of another modality out."""

_NO_DICOM, _NO_IMAGE = "no DICOM", "DICOM without an image"

_LARGEST_WHOLE = 2**31
"""Of an integer string (DICOM PS3.5, 6.2)."""


@dataclass(frozen=True)
class DicomHeader:
    """One image of one slice at one time.

    Attributes:
        path: the file.
        index: which frame of a multi-frame file, None for a file of one image.
        uid: SOPInstanceUID, with the frame's index in a multi-frame file.
        size: rows, columns.
        position_mm: ImagePositionPatient, centre of the first pixel in LPS mm, None if missing.
        orientation: ImageOrientationPatient, None if missing.
        pixel_mm: PixelSpacing (row distance, column distance), None if missing.
        slice_mm: SpacingBetweenSlices, or else SliceThickness; None if both are missing.
        order: those of `FRAME_ORDER` that are there.
        plain: where the pixels lie, if they can be read without parsing the file again.
        problem: why no frame of a multi-frame file can be taken; this header stands for all of them then.
    """

    path: Path
    index: int | None
    uid: str
    patient: str
    study: str
    series: str
    series_number: int | None
    description: str
    instance: int | None
    size: tuple[int, int]
    position_mm: tuple[float, ...] | None
    orientation: tuple[float, ...] | None
    pixel_mm: tuple[float, ...] | None
    slice_mm: float | None
    order: dict[str, float]
    plain: PlainPixels | None = None
    problem: str | None = None


@dataclass
class FolderContents:
    """The grey images among some files, and what else there was.

    Attributes:
        headers: of the images.
        left_out: how many files for each reason to leave them out.
        images_left_out: those of them that hold an image, with the reason.
    """

    headers: list[DicomHeader] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    images_left_out: dict[Path, str] = field(default_factory=dict)


def read_headers(path: Path, files: Sequence[Path] | None = None, progress: Report = silent) -> FolderContents:
    """Read the header of every DICOM image in a folder and its sub-folders, or of one file.

    Args:
        path: the folder or file.
        files: the files to read instead of all that are there.
        progress: told the share done, 0 for each file that is found.

    Raises:
        InputError: the path is missing, or a DICOM file is damaged inside its header.
    """
    contents = FolderContents()
    with disable_value_validation():
        for file in reporting(_files(path, progress) if files is None else files, progress):
            _add(file, contents)
    return contents


def _files(path: Path, progress: Report) -> list[Path]:
    if not path.exists():
        raise InputError(f"{path}: does not exist: check the path")
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InputError(f"{path}: is no regular file: save what it gives in a file or folder")
    try:
        found = []
        for file in _below(path):
            progress(0.0)
            if file.is_file():
                found.append(file)
        return sorted(found)
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be listed ({error.strerror}): check its permissions") from error


def _below(folder: Path) -> Iterator[Path]:
    """Every file below `folder`; raises where `Path.rglob` passes over a sub-folder that cannot be listed."""
    for path, _, names in os.walk(folder, onerror=_raise):
        yield from (Path(path, name) for name in names)


def _raise(error: OSError) -> None:
    raise error


def _add(file: Path, contents: FolderContents) -> None:
    try:
        with explained(file, "is cut short or damaged"), permitted(file), DicomFile(file) as opened:
            dataset = _read_header(opened)
            with explained(file, "its header cannot be understood"):
                reason = _reason_to_leave_out(dataset)
                plain = None if reason else find_plain_pixels(dataset, opened)
    except _NoDicom:
        reason = _NO_DICOM
    if reason:
        contents.left_out[reason] += 1
        if reason not in (_NO_DICOM, _NO_IMAGE):
            contents.images_left_out[file] = reason
        return
    with explained(file, "its header cannot be understood"):
        contents.headers.extend(_headers(dataset, file, plain))


class _NoDicom(LVSegUError):
    """A file of another kind."""


def _read_header(opened: DicomFile) -> Dataset:
    try:
        return read_elements(opened, _TAGS, BEFORE_PIXELS)
    except InvalidDicomError as error:
        raise _NoDicom from error


def _reason_to_leave_out(dataset: Dataset) -> str:
    if not whole_of(dataset, "Rows") or not whole_of(dataset, "Columns"):
        if "Image Storage" in _storage_name(dataset):
            raise Damage("it ends before the image")
        return _NO_IMAGE
    if not is_mr(modality := text_of(dataset, "Modality", 16)):
        return f"{modality} images{NOT_MR}"
    if whole_of(dataset, "SamplesPerPixel") not in (None, 1):
        return "colour images"
    if (colours := text_of(dataset, "PhotometricInterpretation", 20) or "MONOCHROME2") not in GREY:
        return f"{colours} images (expected {' or '.join(GREY)})"
    return ""


def _storage_name(dataset: Dataset) -> str:
    """What the file's preface says it stores; an image if even the preface is cut short."""
    uid = value_of(dataset.file_meta, "MediaStorageSOPClassUID")
    return UID(uid).name if isinstance(uid, str) and "TransferSyntaxUID" in dataset.file_meta else "Image Storage"


def _headers(dataset: Dataset, file: Path, plain: PlainPixels | None) -> list[DicomHeader]:
    if frames_of(dataset) == 1:
        return [_header(dataset, file, None, plain)]
    try:
        refuse_too_many(dataset, file)
        return [_header(frame, file, index) for index, frame in enumerate(frame_datasets(dataset, file))]
    except InputError as error:  # there may be a good cine beside it
        return [replace(_header(dataset, file, None), problem=str(error))]


def _header(dataset: Dataset, file: Path, index: int | None, plain: PlainPixels | None = None) -> DicomHeader:
    uid = text_of(dataset, "SOPInstanceUID") or str(file)
    return DicomHeader(
        path=file,
        index=index,
        uid=uid if index is None else f"{uid}#{index}",
        patient=text_of(dataset, "PatientID"),
        study=text_of(dataset, "StudyInstanceUID"),
        series=text_of(dataset, "SeriesInstanceUID"),
        series_number=_whole(dataset, "SeriesNumber"),
        description=text_of(dataset, "SeriesDescription") or text_of(dataset, "ProtocolName"),
        instance=_whole(dataset, "InstanceNumber"),
        size=(required_whole_of(dataset, "Rows"), required_whole_of(dataset, "Columns")),
        position_mm=numbers_of(dataset, "ImagePositionPatient", 3),
        orientation=numbers_of(dataset, "ImageOrientationPatient", 6),
        pixel_mm=numbers_of(dataset, "PixelSpacing", 2),
        slice_mm=_slice_mm(dataset),
        order=_order(dataset),
        plain=plain,
    )


def _order(dataset: Dataset) -> dict[str, float]:
    numbers = {name: number_of(dataset, name) for name in FRAME_ORDER}
    return {name: number for name, number in numbers.items() if number is not None and math.isfinite(number)}


def _whole(dataset: Dataset, name: str) -> int | None:
    number = whole_of(dataset, name)
    return None if number is None or abs(number) > _LARGEST_WHOLE else number


def _slice_mm(dataset: Dataset) -> float | None:
    sizes = (number_of(dataset, "SpacingBetweenSlices"), number_of(dataset, "SliceThickness"))
    return next((size for size in sizes if size is not None and 0 < size < math.inf), None)
