"""Pixels: rescaled, compressed, cut short."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import JPEGBaseline8Bit, RLELossless

from LVSegULib.errors import InputError
from LVSegULib.reading.dicom import read_dicom_cine
from LVSegULib.reading.dicom_header import read_headers
from LVSegULib.reading.dicom_pixels import read_pixels
from Testing.reading.test_dicom_enhanced import a_dataset, write_enhanced

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def test_rescaling_is_applied(a_dicom_phantom: DicomPhantom) -> None:
    def rescaled(dataset: Dataset, _: int, __: int) -> None:
        dataset.RescaleSlope, dataset.RescaleIntercept = 2.5, -100

    a_dicom_phantom.write(rescaled)
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_allclose(cine.frames, a_dicom_phantom.images * 2.5 - 100)


def test_rle_compressed_pixels_are_read(a_dicom_phantom: DicomPhantom) -> None:
    for path in a_dicom_phantom.write():
        dataset = dcmread(path)
        dataset.compress(RLELossless, generate_instance_uid=False)
        dataset.save_as(path)
    np.testing.assert_array_equal(read_dicom_cine(a_dicom_phantom.folder).frames, a_dicom_phantom.images)


def test_a_compression_without_decoder_is_named(a_dicom_phantom: DicomPhantom) -> None:
    from pydicom.encaps import encapsulate

    def compressed(dataset: Dataset, _: int, __: int) -> None:
        dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
        dataset.PixelData = encapsulate([b"\xff\xd8 no image \xff\xd9"])

    a_dicom_phantom.write(compressed)
    with pytest.raises(InputError, match=r"compressed pixels \(JPEG Baseline"):
        read_dicom_cine(a_dicom_phantom.folder)


@pytest.mark.parametrize("kept", [200, 1300, -7])
def test_a_file_cut_short_is_named(a_dicom_phantom: DicomPhantom, kept: int) -> None:
    path = a_dicom_phantom.write()[6]
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError, match=path.name):
        read_dicom_cine(a_dicom_phantom.folder)


def test_compressed_pixels_are_rescaled(a_dicom_phantom: DicomPhantom) -> None:
    for path in a_dicom_phantom.write():
        dataset = dcmread(path)
        dataset.RescaleSlope, dataset.RescaleIntercept = 0.5, 3
        dataset.compress(RLELossless, generate_instance_uid=False)
        dataset.save_as(path)
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_allclose(cine.frames, a_dicom_phantom.images * 0.5 + 3)


def test_a_frames_own_rescaling_goes_before_the_shared_one(a_dicom_phantom: DicomPhantom) -> None:
    """Shared are 2 and 1. Frames run through the beat, slice after slice from the last: the fourth is frame 3."""
    write_enhanced(a_dicom_phantom)
    (path,) = a_dicom_phantom.folder.iterdir()
    dataset = dcmread(path)
    own = dataset.PerFrameFunctionalGroupsSequence
    own[3].PixelValueTransformationSequence = [a_dataset(RescaleSlope=5)]
    own[4].PixelValueTransformationSequence = [a_dataset(RescaleIntercept=-7)]
    dataset.save_as(path)
    expected = a_dicom_phantom.images * 2.0 + 1
    expected[3, 3] = a_dicom_phantom.images[3, 3] * 5.0 + 1
    expected[4, 3] = a_dicom_phantom.images[4, 3] * 2.0 - 7
    np.testing.assert_allclose(read_dicom_cine(a_dicom_phantom.folder).frames, expected)


@pytest.mark.parametrize(
    ("allocated", "stored", "said"),
    [(12, 12, "a pixel has 12 bits, 12"), (16, 17, "a pixel has 16 bits, 17"), (16, 0, "a pixel has 16 bits, 0")],
)
def test_bits_that_no_pixel_has(a_dicom_phantom: DicomPhantom, allocated: int, stored: int, said: str) -> None:
    def spoilt(dataset: Dataset, _: int, __: int) -> None:
        dataset.BitsAllocated, dataset.BitsStored = allocated, stored

    a_dicom_phantom.write(spoilt)
    with pytest.raises(InputError, match=said):
        read_dicom_cine(a_dicom_phantom.folder)


def test_bytes_that_are_missing_of_several_frames_are_counted(a_dicom_phantom: DicomPhantom) -> None:
    write_enhanced(a_dicom_phantom)
    (path,) = a_dicom_phantom.folder.iterdir()
    dataset = dcmread(path)
    dataset.PixelData = dataset.PixelData[:-10]
    dataset.save_as(path)
    with pytest.raises(InputError, match="is cut short: 10 bytes of its pixels are missing"):
        read_dicom_cine(a_dicom_phantom.folder)


@pytest.mark.parametrize("changed", [{"index": 20}, {"size": (20, 24)}])
def test_a_file_that_changed_since_its_header_was_read(a_dicom_phantom: DicomPhantom, changed: dict[str, Any]) -> None:
    write_enhanced(a_dicom_phantom)
    header = read_headers(a_dicom_phantom.folder).headers[0]
    assert read_pixels([header], (24, 20)).shape == (1, 24, 20)
    with pytest.raises(InputError, match="holds other pixels than its header says"):
        read_pixels([replace(header, **changed)], (24, 20))
