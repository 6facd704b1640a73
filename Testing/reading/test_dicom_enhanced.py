"""Enhanced multi-frame files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset

from LVSegULib.reading.dicom import read_dicom_cine

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def test_an_enhanced_multi_frame_file_is_read(a_dicom_phantom: DicomPhantom) -> None:
    write_enhanced(a_dicom_phantom)
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_allclose(cine.frames, a_dicom_phantom.images * 2.0 + 1)
    np.testing.assert_allclose(cine.time_ms, 40 * np.arange(5))
    np.testing.assert_allclose(cine.ijk_to_ras[:3, 3], (40.0, -20.0, 30.0))


def write_enhanced(phantom: DicomPhantom) -> None:
    path = phantom.write(lambda _, t, k: t == k == 0)[0]
    dataset = dcmread(path)
    shared, frames = Dataset(), []
    shared.PlaneOrientationSequence = [a_dataset(ImageOrientationPatient=dataset.ImageOrientationPatient)]
    shared.PixelMeasuresSequence = [a_dataset(PixelSpacing=dataset.PixelSpacing, SliceThickness=6)]
    shared.PixelValueTransformationSequence = [a_dataset(RescaleSlope=2, RescaleIntercept=1)]
    for k in reversed(range(4)):
        for t in range(5):
            place = [o + k * s for o, s in zip(phantom.origin, phantom.step, strict=True)]
            frames.append(a_dataset(PlanePositionSequence=[a_dataset(ImagePositionPatient=place)]))
            frames[-1].CardiacSynchronizationSequence = [a_dataset(NominalCardiacTriggerDelayTime=40.0 * t)]
    dataset.SharedFunctionalGroupsSequence, dataset.PerFrameFunctionalGroupsSequence = [shared], frames
    dataset.NumberOfFrames = 20
    dataset.PixelData = phantom.images[:, ::-1].swapaxes(0, 1).tobytes()
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "TriggerTime"):
        delattr(dataset, name)
    dataset.save_as(path)


def a_dataset(**values: object) -> Dataset:
    dataset = Dataset()
    for name, value in values.items():
        setattr(dataset, name, value)
    return dataset
