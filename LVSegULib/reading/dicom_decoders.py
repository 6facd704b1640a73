"""Decodes the pixels of a DICOM file with the pydicom that is there: version 3, or 2.4, which Slicer 5.10 brings."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID, JPEG2000TransferSyntaxes

from LVSegULib.reading.dicom_values import required_whole_of, transfer_syntax_of

HAS_DECODERS = find_spec("pydicom.pixels") is not None
"""Whether pydicom is version 3 or later."""


class PixelHandler(Protocol):
    """What decodes pixels in pydicom 2: a module of its package `pixel_data_handlers`."""

    def is_available(self) -> bool:
        """Whether the libraries that it needs are installed."""

    def supports_transfer_syntax(self, transfer_syntax: UID) -> bool:
        """Whether it decodes pixels that are compressed in this way."""


def stored_pixels(dataset: Dataset) -> NDArray[Any]:
    """The pixels of all frames, as stored.

    Raises:
        Exception: they are damaged, or cannot be decoded; pydicom fails in many ways.
    """
    stored: NDArray[Any] = dataset.pixel_array
    return stored if HAS_DECODERS else without_unused_bits(stored, dataset)


def without_unused_bits(stored: NDArray[Any], dataset: Dataset) -> NDArray[Any]:
    """Pixels without what stands above the highest bit that means anything (DICOM PS3.5, 8.1.1).

    pydicom 3 does the same; its version 2 does it for JPEG 2000 only, where the stream says how many bits there are.
    """
    unused = required_whole_of(dataset, "BitsAllocated") - required_whole_of(dataset, "BitsStored")
    if not unused or transfer_syntax_of(dataset) in JPEG2000TransferSyntaxes:
        return stored
    shifted: NDArray[Any] = np.left_shift(stored, unused)
    shifted >>= unused
    return shifted


def has_decoder(syntax: UID) -> bool:
    """Whether pixels of a compressed transfer syntax can be decoded."""
    if not HAS_DECODERS:
        from pydicom.config import pixel_data_handlers

        return has_handler(syntax, pixel_data_handlers)
    from pydicom.pixels.decoders.base import get_decoder

    try:
        return bool(get_decoder(syntax).is_available)
    except NotImplementedError:
        return False


def has_handler(syntax: UID, handlers: Iterable[PixelHandler]) -> bool:
    """The same with the handlers of pydicom 2."""
    return any(handler.is_available() and handler.supports_transfer_syntax(syntax) for handler in handlers)
