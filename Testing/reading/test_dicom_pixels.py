"""Pixels: rescaled, compressed, cut short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import JPEGBaseline8Bit, RLELossless

from LVSegULib.errors import InputError
from LVSegULib.reading.dicom import read_dicom_cine

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
