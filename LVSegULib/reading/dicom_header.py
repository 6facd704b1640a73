"""What is needed of a DICOM image's header, read from every file of a folder without its pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydicom
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID

from LVSegULib.errors import InputError
from LVSegULib.reading import dicom_plain
from LVSegULib.reading.dicom_enhanced import frame_datasets
from LVSegULib.reading.dicom_plain import PlainPixels, find_plain_pixels

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
    "SOPInstanceUID",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SpacingBetweenSlices",
    "SliceThickness",
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "NumberOfFrames",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    *dicom_plain.TAGS,
)


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


@dataclass
class FolderContents:
    """The grey images among some files, and what else there was: how many files for each reason to leave them out."""

    headers: list[DicomHeader] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def read_headers(path: Path, files: Sequence[Path] | None = None) -> FolderContents:
    """Read the header of every DICOM image in a folder and its sub-folders, or of one file.

    Args:
        path: the folder or file.
        files: the files to read instead of all that are there.

    Raises:
        InputError: the path is missing, or a DICOM file is damaged inside its header.
    """
    contents = FolderContents()
    with disable_value_validation():
        for file in _files(path) if files is None else files:
            _add(file, contents)
    return contents


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise InputError(f"{path}: does not exist: check the path")
    if path.is_file():
        yield path
        return
    try:
        yield from (file for file in sorted(path.rglob("*")) if file.is_file())
    except OSError as error:
        raise InputError(f"{path}: cannot be listed ({error.strerror}): check its permissions") from error


def _add(file: Path, contents: FolderContents) -> None:
    try:
        with file.open("rb") as opened:
            dataset = pydicom.dcmread(opened, stop_before_pixels=True, specific_tags=list(_TAGS))
            is_image = bool(dataset.get("Rows") and dataset.get("Columns"))
            plain = find_plain_pixels(dataset, opened) if is_image else None
    except InvalidDicomError:
        contents.left_out["no DICOM"] += 1
        return
    except Exception as error:
        raise InputError(f"{file}: is cut short or damaged ({error}): copy or export it again") from error
    try:
        reason = _reason_to_leave_out(dataset)
        if reason:
            contents.left_out[reason] += 1
        else:
            contents.headers.extend(_headers(dataset, file, plain))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"{file}: its header cannot be understood ({error}): copy or export it again") from error


def _reason_to_leave_out(dataset: Dataset) -> str:
    if not dataset.get("Rows") or not dataset.get("Columns"):
        if "Image Storage" in _storage_name(dataset):
            raise ValueError("it ends before the image")
        return "DICOM without an image"
    if int(dataset.get("SamplesPerPixel", 1)) != 1:
        return "colour images"
    if dataset.get("PhotometricInterpretation", "MONOCHROME2") != "MONOCHROME2":
        return f"{dataset.PhotometricInterpretation} images (expected MONOCHROME2)"
    return ""


def _storage_name(dataset: Dataset) -> str:
    """What the file's preface says it stores; an image if even the preface is cut short."""
    uid = dataset.file_meta.get("MediaStorageSOPClassUID")
    return UID(uid).name if uid and "TransferSyntaxUID" in dataset.file_meta else "Image Storage"


def _headers(dataset: Dataset, file: Path, plain: PlainPixels | None) -> Iterator[DicomHeader]:
    if int(dataset.get("NumberOfFrames") or 1) == 1:
        yield _header(dataset, file, None, plain)
        return
    for index, frame in enumerate(frame_datasets(dataset, file)):
        yield _header(frame, file, index)


def _header(dataset: Dataset, file: Path, index: int | None, plain: PlainPixels | None = None) -> DicomHeader:
    uid = str(dataset.get("SOPInstanceUID", file))
    return DicomHeader(
        path=file,
        index=index,
        uid=uid if index is None else f"{uid}#{index}",
        patient=str(dataset.get("PatientID") or ""),
        study=str(dataset.get("StudyInstanceUID") or ""),
        series=str(dataset.get("SeriesInstanceUID") or ""),
        series_number=_whole(dataset.get("SeriesNumber")),
        description=str(dataset.get("SeriesDescription") or dataset.get("ProtocolName") or "").strip(),
        instance=_whole(dataset.get("InstanceNumber")),
        size=(int(dataset.Rows), int(dataset.Columns)),
        position_mm=_numbers(dataset.get("ImagePositionPatient"), 3),
        orientation=_numbers(dataset.get("ImageOrientationPatient"), 6),
        pixel_mm=_numbers(dataset.get("PixelSpacing"), 2),
        slice_mm=_slice_mm(dataset),
        order={name: float(dataset.get(name)) for name in FRAME_ORDER if dataset.get(name) not in (None, "")},
        plain=plain,
    )


def _whole(value: Any) -> int | None:
    return None if value in (None, "") else int(value)


def _slice_mm(dataset: Dataset) -> float | None:
    sizes = (dataset.get("SpacingBetweenSlices"), dataset.get("SliceThickness"))
    return next((float(size) for size in sizes if size not in (None, "") and float(size) > 0), None)


def _numbers(values: Iterable[Any] | None, count: int) -> tuple[float, ...] | None:
    numbers = tuple(float(value) for value in values or ())
    return numbers if len(numbers) == count else None
