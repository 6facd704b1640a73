"""DICOM folders: a phantom whose geometry is known by construction, SimpleITK as a second reader, a real patient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import SimpleITK
from pydicom import dcmread

from LVSegULib.errors import Cancelled, InputError
from LVSegULib.reading.dicom import HEADERS_SHARE, read_dicom_cine

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def test_frames_and_slices_come_in_order_whatever_the_file_names(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write()
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_array_equal(cine.frames, a_dicom_phantom.images)
    assert cine.name == "Phantom_1"
    assert cine.notes == ()


def test_the_matrix_puts_voxels_where_the_header_says(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write()
    cine = read_dicom_cine(a_dicom_phantom.folder)
    # voxel i=2, j=3, k=1 in LPS: origin + 2 * 1.25 * rows + 3 * 1.5 * columns + step
    lps = [-40 + 2.5 * 0.6 + 6.4, 20 + 2.5 * 0.8 - 4.8, 30 - 4.5]
    np.testing.assert_allclose(cine.ijk_to_ras @ [2, 3, 1, 1], [-lps[0], -lps[1], lps[2], 1], atol=1e-9)
    assert cine.spacing_mm == pytest.approx((8.0, 1.5, 1.25))


def test_simpleitk_finds_the_same_places(a_dicom_phantom: DicomPhantom) -> None:
    paths = a_dicom_phantom.write(lambda _, t, __: t == 0)
    files = sorted(paths, key=lambda path: dcmread(path).InstanceNumber)
    reference = SimpleITK.ReadImage([str(path) for path in files])
    cine = read_dicom_cine(a_dicom_phantom.folder)
    for index in ((0, 0, 0), (7, 3, 0), (2, 9, 1)):
        left, back, up = reference.TransformContinuousIndexToPhysicalPoint(index)
        np.testing.assert_allclose((cine.ijk_to_ras @ [*index, 1])[:3], (-left, -back, up), atol=1e-4)


def test_a_stack_of_one_frame_is_a_cine_of_one_frame(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(lambda _, t, __: t == 3)
    assert read_dicom_cine(a_dicom_phantom.folder).frames.shape == (1, 4, 24, 20)


def test_the_share_that_is_read_is_told_file_by_file(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write()
    told: list[float] = []
    cine = read_dicom_cine(a_dicom_phantom.folder, progress=told.append)
    images = cine.frame_count * cine.slice_count
    assert len(told) == 3 * images  # each file is found, then its header is read, then its pixels
    assert told == sorted(told)
    assert told[:images] == [0.0] * images
    assert told[2 * images - 1] == pytest.approx(HEADERS_SHARE)
    assert told[-1] == 1


@pytest.mark.parametrize("last", [1, 25, 45], ids=["found", "header", "pixels"])
def test_whoever_is_told_can_stop_it(a_dicom_phantom: DicomPhantom, last: int) -> None:
    """As a user cancels: nothing is read after it, and nothing else comes out than what was raised."""
    a_dicom_phantom.write()
    told: list[float] = []

    def progress(share: float) -> None:
        told.append(share)
        if len(told) == last:
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        read_dicom_cine(a_dicom_phantom.folder, progress=progress)
    assert len(told) == last


def test_the_sample_patient(the_sample_patient: Path) -> None:
    cine = read_dicom_cine(the_sample_patient)
    assert cine.frames.shape == (20, 12, 256, 256)
    # ImagePositionPatient of InstanceNumber 1 and 221, as dcmdump shows them: 11 steps of 10 mm
    step = (np.array([236.585, -37.6925, 108.928]) - [162.673, 35.6185, 144.459]) / 11
    np.testing.assert_allclose(cine.ijk_to_ras[:3, 2], step * [-1, -1, 1], atol=1e-3)
    np.testing.assert_allclose(cine.ijk_to_ras[:3, 3], [-162.673, -35.6185, 144.459])
    assert cine.spacing_mm == pytest.approx((10.0, 1.367188, 1.367188), abs=1e-3)


def test_an_image_that_was_left_out_is_named_where_its_frame_is_missing(a_dicom_phantom: DicomPhantom) -> None:
    path = a_dicom_phantom.write()[6]
    dataset = dcmread(path)
    dataset.PhotometricInterpretation = "PALETTE COLOR"
    dataset.save_as(path)
    said = rf"has 4 frames, the others 5: .*; left out were {path.name} \(PALETTE COLOR images .*\)$"
    with pytest.raises(InputError, match=said):
        read_dicom_cine(a_dicom_phantom.folder)
