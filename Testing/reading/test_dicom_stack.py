"""Slices and frames in order, and what contradicts itself."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.dicom import open_dicom_stack, read_dicom_cine

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def test_slices_run_from_base_to_apex_even_if_they_were_taken_the_other_way(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.step, a_dicom_phantom.origin = (-6.4, 4.8, 0.0), (-20.8, 5.6, 30.0)
    a_dicom_phantom.write()
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_array_equal(cine.frames, a_dicom_phantom.images[:, ::-1])
    np.testing.assert_allclose(cine.ijk_to_ras[:3, 3], (40.0, -20.0, 30.0))


def test_time_is_the_mean_trigger_time_of_a_frame(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write()
    time_ms = read_dicom_cine(a_dicom_phantom.folder).time_ms
    np.testing.assert_allclose(time_ms, [11.5, 51.5, 91.5, 131.5, 171.5])  # 10 + 40 t + (0 + 1 + 2 + 3) / 4


def test_without_trigger_times_the_instance_numbers_order_the_frames(a_dicom_phantom: DicomPhantom) -> None:
    def stopped_clock(dataset: Dataset, _: int, __: int) -> None:
        dataset.TriggerTime = 0

    a_dicom_phantom.write(stopped_clock)
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_array_equal(cine.frames, a_dicom_phantom.images)
    assert cine.time_ms is None


def test_instance_numbers_are_known_by_frame_and_slice(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write()
    stack, _ = open_dicom_stack(a_dicom_phantom.folder)
    np.testing.assert_array_equal(stack.instances, np.arange(1, 21).reshape(4, 5).T)


def test_a_missing_slice_is_noticed(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(lambda _, __, k: k != 1)  # 16 mm, then 8 mm
    with pytest.raises(GeometryError, match=r"MR7_\d+: is (8|16)\.00 mm away from the next slice .* missing"):
        read_dicom_cine(a_dicom_phantom.folder)


def test_slices_shifted_in_their_plane_are_noted_and_keep_their_distance(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.step = (6.4 + 3 * 0.6, -4.8 + 3 * 0.8, 0.0)  # 8 mm along the normal, 3 mm along the rows
    a_dicom_phantom.write()
    cine = read_dicom_cine(a_dicom_phantom.folder)
    assert cine.spacing_mm[0] == pytest.approx(8.0)
    assert "shifted in their plane by up to 9.0 mm" in cine.notes[0]


def test_a_copied_file_is_a_duplicate(a_dicom_phantom: DicomPhantom) -> None:
    paths = a_dicom_phantom.write()
    shutil.copy(paths[3], a_dicom_phantom.folder / "copy")
    with pytest.raises(InputError, match="is the same image as"):
        read_dicom_cine(a_dicom_phantom.folder)


def test_a_frame_exported_twice_is_a_duplicate(a_dicom_phantom: DicomPhantom) -> None:
    paths = a_dicom_phantom.write()
    dataset = dcmread(paths[3])
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.save_as(a_dicom_phantom.folder / "again")
    with pytest.raises(InputError, match="duplicated frame: same slice and same TriggerTime"):
        read_dicom_cine(a_dicom_phantom.folder)


def test_a_missing_frame_is_named_by_its_slice(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(lambda _, t, k: (t, k) != (4, 1))
    with pytest.raises(InputError, match=r"number 2 of 4\) has 4 frames, the others 5"):
        read_dicom_cine(a_dicom_phantom.folder)
