"""The pixels of DICOM images, rescaled to what the scanner meant by them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from pydicom.uid import UID, RLELossless

from LVSegULib.cine import refuse_no_numbers
from LVSegULib.errors import InputError, LVSegUError
from LVSegULib.progress import Report, reporting, silent
from LVSegULib.reading import dicom_meaning
from LVSegULib.reading.damage import Damage, because, reason_of
from LVSegULib.reading.dicom_decoders import has_decoder, stored_pixels
from LVSegULib.reading.dicom_file import BEFORE_PIXELS, PIXELS, DicomFile, read_elements
from LVSegULib.reading.dicom_header import DicomHeader
from LVSegULib.reading.dicom_meaning import Meaning, meaning_of
from LVSegULib.reading.dicom_plain import PADDING_BYTES, PlainPixels
from LVSegULib.reading.dicom_values import (
    frames_of,
    items_of,
    number_of,
    required_whole_of,
    transfer_syntax_of,
    value_of,
    whole_of,
)
from LVSegULib.reading.limits import refuse_too_large

_log = logging.getLogger(__name__)

_TAGS = (
    "SamplesPerPixel",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "HighBit",
    *dicom_meaning.TAGS,
    "PixelData",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)

_BITS = (1, 8, 16, 24, 32, 40, 48, 56, 64)
"""Of a pixel in a file (DICOM PS3.5, 8.1.1)."""

RLE_DENSEST = 64
"""Two bytes of a run stand for up to 128 (DICOM PS3.5, G.3)."""


def read_pixels(
    headers: Sequence[DicomHeader], size: tuple[int, int], progress: Report = silent
) -> NDArray[np.float32]:
    """Pixels (N, rows, columns) of images of the same size, RescaleSlope and RescaleIntercept applied.

    Padding gets the smallest of the other values of its image, which is told in the log.

    Args:
        headers: of the images.
        size: rows and columns of each.
        progress: told the share done.

    Raises:
        InputError: a file is cut short or damaged, holds more pixels or other bits than it says, has a rescaling that
            leaves nothing of them, or is compressed in a way for which no decoder is installed; or there are more
            pixels than any cine has.
    """
    refuse_too_large(headers[0].path, (len(headers), *size))
    pixels = np.empty((len(headers), *size), np.float32)
    read, padded = lru_cache(maxsize=2)(_read_file), 0
    for place, header in enumerate(reporting(headers, progress)):
        stored, meaning = _read_plain(header, header.plain) if header.plain else _read_frame(header, read)
        pixels[place], has_padding = meaning.of(stored)
        padded += has_padding
        if meaning.may_overflow:
            refuse_no_numbers(pixels[place], str(header.path))
    if padded:
        where = headers[0].path.parent
        _log.info("%s: padding in %d images (PixelPaddingValue) was taken for the darkest other pixel", where, padded)
    return pixels


def _read_plain(header: DicomHeader, plain: PlainPixels) -> tuple[NDArray[Any], Meaning]:
    try:
        return plain.read(header.path, header.size).reshape(header.size), plain.meaning
    except (OSError, ValueError) as error:
        raise InputError(_reason(header.path, error)) from error


_Frames = tuple[NDArray[Any], list[Meaning]]


def _read_frame(header: DicomHeader, read: Callable[[Path], _Frames]) -> tuple[NDArray[Any], Meaning]:
    stored, meanings = read(header.path)
    index = header.index or 0
    if index >= min(len(stored), len(meanings)) or stored.shape[1:] != header.size:
        raise InputError(f"{header.path}: holds other pixels than its header says: copy or export it again")
    return stored[index], meanings[index]


def _read_file(path: Path) -> _Frames:
    """All frames of a file (F, rows, columns) as stored, and what each means."""
    try:
        with disable_value_validation(), DicomFile(path) as opened:
            dataset = read_elements(opened, _TAGS, PIXELS)
            _refuse_other_sizes(dataset, path)
            meanings = _meanings(dataset)
            _refuse_blank(meanings, path)
            stored = stored_pixels(dataset)
            return stored.reshape(-1, *stored.shape[-2:]), meanings
    except (LVSegUError, MemoryError):
        raise
    except Exception as error:
        raise InputError(_reason(path, error)) from error


def _refuse_other_sizes(dataset: Dataset, path: Path) -> None:
    """Raise an InputError if the file holds other pixels than its header speaks of; drop some bytes beyond them."""
    rows, columns, bits = (required_whole_of(dataset, name) for name in ("Rows", "Columns", "BitsAllocated"))
    if bits not in _BITS or not 1 <= required_whole_of(dataset, "BitsStored") <= bits:
        raise Damage(f"a pixel has {bits} bits, {dataset.BitsStored} of them used")
    frames = frames_of(dataset)
    refuse_too_large(path, (frames, rows, columns), 2 * -(-bits // 8))  # as they are in the file, and decoded
    syntax = transfer_syntax_of(dataset)
    if syntax is None or not syntax.is_transfer_syntax:
        raise Damage("it does not say its transfer syntax")
    if syntax.is_compressed and syntax != RLELossless:
        return
    _refuse_other_high_bit(dataset, path)
    densest = RLE_DENSEST if syntax.is_compressed else 1
    needed, held = frames * rows * columns * bits, len(value_of(dataset, "PixelData") or b"")
    missing, surplus = needed // 8 - densest * held, held - -(-needed // 8)
    if missing > 0:
        raise InputError(f"{path}: is cut short: {missing} bytes of its pixels are missing: copy or export it again")
    if surplus > PADDING_BYTES and not syntax.is_compressed:
        what = f"{surplus} bytes more than the {columns} x {rows} pixels of its header need"
        if surplus * 8 >= rows * columns * bits:
            raise InputError(f"{path}: has {what}: export it again")
        _log.warning("%s: has %s: they were left out", path, what)
        dataset.PixelData = dataset.PixelData[: held - surplus + (held - surplus) % 2]


def _refuse_other_high_bit(dataset: Dataset, path: Path) -> None:
    """Raise an InputError if a pixel does not lie in its lowest bits, as it must (DICOM PS3.5, 8.1.1).

    A HighBit that says so of pixels that do is let pass, where they can be looked at without decoding.
    """
    highest, stored = whole_of(dataset, "HighBit"), required_whole_of(dataset, "BitsStored")
    if highest not in (None, stored - 1) and not _lies_in_lowest_bits(dataset, stored):
        raise InputError(f"{path}: its HighBit is {highest}, expected {stored - 1}: export it again")


def _lies_in_lowest_bits(dataset: Dataset, stored: int) -> bool:
    size, data = required_whole_of(dataset, "BitsAllocated") // 8, value_of(dataset, "PixelData") or b""
    syntax = transfer_syntax_of(dataset)
    if size not in (1, 2, 4) or syntax is None or syntax.is_compressed or not syntax.is_little_endian:
        return False
    pixels = np.frombuffer(data[: len(data) // size * size], f"<i{size}")
    if whole_of(dataset, "PixelRepresentation"):  # the sign may fill the bits above
        above = pixels >> (stored - 1)
        return bool(((above >= -1) & (above <= 1)).all())
    return stored == 8 * size or not (pixels.view(f"<u{size}") >> stored).any()


def _refuse_blank(meanings: Sequence[Meaning], path: Path) -> None:
    if any(meaning.is_blank for meaning in meanings):
        raise InputError(f"{path}: its RescaleSlope is 0, which makes all pixels alike: export it again")


def _meanings(dataset: Dataset) -> list[Meaning]:
    if frames_of(dataset) == 1:
        return [meaning_of(dataset, *_scale(dataset, Dataset()))]
    shared = _transformation(next(iter(items_of(dataset, "SharedFunctionalGroupsSequence")), Dataset()))
    groups = items_of(dataset, "PerFrameFunctionalGroupsSequence")
    return [meaning_of(dataset, *_scale(_transformation(own), shared)) for own in groups]


def _transformation(group: Dataset) -> Dataset:
    return next(iter(items_of(group, "PixelValueTransformationSequence")), Dataset())


def _scale(first: Dataset, second: Dataset) -> tuple[float, float]:
    slopes, intercepts = (
        [number for group in (first, second) if (number := number_of(group, name)) is not None]
        for name in ("RescaleSlope", "RescaleIntercept")
    )
    return next(iter(slopes), 1.0), next(iter(intercepts), 0.0)


def _reason(path: Path, error: Exception) -> str:
    """Why the pixels cannot be read, and what to do."""
    syntax = _compression(path)
    if syntax is None:
        return f"{path}: its pixels cannot be read{because(error)}, is it cut short or damaged? Copy or export it again"
    if has_decoder(syntax):
        return (
            f"{path}: cannot decode its compressed pixels ({', '.join(filter(None, (syntax.name, reason_of(error))))})"
            ", is it damaged? Copy or export it again"
        )
    return (
        f"{path}: cannot decode its compressed pixels ({syntax.name}): decompress the folder first "
        "(gdcmconv --raw, dcmdjpeg), or pip install pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg"
    )


def _compression(path: Path) -> UID | None:
    """The transfer syntax of a compressed file; None if it is not compressed, or cannot be told."""
    try:
        with DicomFile(path) as opened:
            syntax = transfer_syntax_of(read_elements(opened, ("Rows",), BEFORE_PIXELS))
        return syntax if syntax is not None and syntax.is_compressed else None
    except Exception:  # pydicom fails on damage in many ways
        return None
