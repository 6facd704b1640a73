"""Uncompressed pixels are read where they lie, and are the same as when the whole file is parsed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian, RLELossless

from LVSegULib.errors import InputError
from LVSegULib.reading.dicom_header import DicomHeader, read_headers
from LVSegULib.reading.dicom_pixels import read_pixels

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def one_header(phantom: DicomPhantom, **changed: object) -> DicomHeader:
    path = phantom.write()[3]
    dataset = dcmread(path)
    for name, value in changed.items():
        setattr(dataset, name, value)
    dataset.save_as(path)
    (header,) = read_headers(path).headers
    return header


def parsed(path: Path) -> np.ndarray:
    dataset = dcmread(path)
    return dataset.pixel_array * float(dataset.get("RescaleSlope", 1)) + float(dataset.get("RescaleIntercept", 0))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"PixelRepresentation": 0},
        {"BitsStored": 12, "HighBit": 11},
        {"BitsStored": 9, "HighBit": 8, "PixelRepresentation": 0},
        {"RescaleSlope": 2.5, "RescaleIntercept": -7},
    ],
)
def test_the_pixels_are_those_that_pydicom_gives(a_dicom_phantom: DicomPhantom, changed: dict[str, object]) -> None:
    header = one_header(a_dicom_phantom, **changed)
    assert header.plain is not None
    np.testing.assert_allclose(read_pixels([header], header.size)[0], parsed(header.path))


def test_eight_bits(a_dicom_phantom: DicomPhantom) -> None:
    pixels = np.arange(24 * 20, dtype=np.uint8).tobytes()
    header = one_header(
        a_dicom_phantom, BitsAllocated=8, BitsStored=8, HighBit=7, PixelRepresentation=0, PixelData=pixels
    )
    assert header.plain is not None
    np.testing.assert_array_equal(read_pixels([header], header.size)[0], parsed(header.path))


def test_implicit_value_representation(a_dicom_phantom: DicomPhantom) -> None:
    path = a_dicom_phantom.write()[3]
    dataset = dcmread(path)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    dataset.save_as(path, implicit_vr=True, little_endian=True)
    (header,) = read_headers(path).headers
    assert header.plain is not None
    np.testing.assert_array_equal(read_pixels([header], header.size)[0], parsed(path))


def test_what_is_compressed_or_has_several_images_is_parsed(a_dicom_phantom: DicomPhantom) -> None:
    def twice(dataset: Dataset, _: int, __: int) -> None:
        dataset.HighBit = 14

    path = a_dicom_phantom.write()[3]
    dataset = dcmread(path)
    dataset.compress(RLELossless, generate_instance_uid=False)
    dataset.save_as(path)
    assert read_headers(path).headers[0].plain is None
    assert all(header.plain is None for header in read_headers(a_dicom_phantom.write(twice)[0]).headers)


def test_every_image_of_the_sample_patient_is_plain(the_sample_patient: Path) -> None:
    headers = read_headers(the_sample_patient).headers
    assert all(header.plain is not None for header in headers)
    for header in headers[::40]:
        np.testing.assert_array_equal(read_pixels([header], header.size)[0], parsed(header.path))


def test_a_file_that_became_shorter_meanwhile_is_named(a_dicom_phantom: DicomPhantom) -> None:
    header = one_header(a_dicom_phantom)
    header.path.write_bytes(header.path.read_bytes()[:-30])
    with pytest.raises(InputError, match=header.path.name):
        read_pixels([header], header.size)
    header.path.unlink()
    with pytest.raises(InputError, match=header.path.name):
        read_pixels([header], header.size)
