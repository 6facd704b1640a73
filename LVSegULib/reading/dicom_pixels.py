"""The pixels of DICOM images, rescaled to what the scanner meant by them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset

from LVSegULib.errors import InputError
from LVSegULib.reading.dicom_header import DicomHeader
from LVSegULib.reading.dicom_plain import PlainPixels

_TAGS = (
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelData",
    "RescaleSlope",
    "RescaleIntercept",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)


def read_pixels(headers: Iterable[DicomHeader], size: tuple[int, int]) -> NDArray[np.float32]:
    """Pixels (N, rows, columns) of images of the same size, RescaleSlope and RescaleIntercept applied.

    Raises:
        InputError: a file is cut short or damaged, or compressed in a way for which no decoder is installed.
    """
    headers = list(headers)
    pixels = np.empty((len(headers), *size), np.float32)
    read = lru_cache(maxsize=2)(_read_file)
    for place, header in enumerate(headers):
        if header.plain is not None:
            pixels[place] = _read_plain(header, header.plain)
            continue
        stored, scales = read(header.path)
        index = header.index or 0
        slope, intercept = scales[index]
        pixels[place] = stored[index] * np.float32(slope) + np.float32(intercept)
    return pixels


def _read_plain(header: DicomHeader, plain: PlainPixels) -> NDArray[np.float32]:
    try:
        return plain.read(header.path, header.size).reshape(header.size)
    except (OSError, ValueError) as error:
        raise InputError(_reason(header.path, error)) from error


def _read_file(path: Path) -> tuple[NDArray[Any], list[tuple[float, float]]]:
    """All frames of a file (F, rows, columns) as stored, and slope and intercept of each."""
    try:
        with disable_value_validation():
            dataset = pydicom.dcmread(path, specific_tags=list(_TAGS))
            _refuse_cut_short(dataset, path)
            stored = dataset.pixel_array
            return stored.reshape(-1, *stored.shape[-2:]), _scales(dataset)
    except InputError:
        raise
    except Exception as error:
        raise InputError(_reason(path, error)) from error


def _refuse_cut_short(dataset: Dataset, path: Path) -> None:
    if dataset.file_meta.TransferSyntaxUID.is_compressed:
        return
    bits = (
        int(dataset.Rows) * int(dataset.Columns) * int(dataset.BitsAllocated) * int(dataset.get("NumberOfFrames") or 1)
    )
    missing = bits // 8 - len(dataset.get("PixelData") or b"")
    if missing > 0:
        raise InputError(f"{path}: is cut short: {missing} bytes of its pixels are missing: copy or export it again")


def _scales(dataset: Dataset) -> list[tuple[float, float]]:
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames == 1:
        return [_scale(dataset, Dataset())]
    shared = next(iter(dataset.get("SharedFunctionalGroupsSequence") or ()), Dataset())
    return [_scale(_transformation(own), _transformation(shared)) for own in dataset.PerFrameFunctionalGroupsSequence]


def _transformation(group: Dataset) -> Dataset:
    return next(iter(group.get("PixelValueTransformationSequence") or ()), Dataset())


def _scale(first: Dataset, second: Dataset) -> tuple[float, float]:
    slope, intercept = (
        first.get(name, second.get(name, default)) for name, default in (("RescaleSlope", 1), ("RescaleIntercept", 0))
    )
    return float(slope), float(intercept)


def _reason(path: Path, error: Exception) -> str:
    try:
        syntax = pydicom.dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID
    except Exception:
        syntax = None
    if syntax is not None and syntax.is_compressed:
        return (
            f"{path}: cannot decode its compressed pixels ({syntax.name}): decompress the folder first "
            "(gdcmconv --raw, dcmdjpeg), or pip install pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg"
        )
    return f"{path}: its pixels cannot be read ({error}), is it cut short or damaged? Copy or export it again"
