"""Enhanced multi-frame files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from LVSegULib.errors import InputError
from LVSegULib.reading.dicom import read_dicom_cine
from LVSegULib.reading.dicom_enhanced import frame_datasets, refuse_too_many
from Testing.fuzz.seeds import a_dataset

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


def test_an_enhanced_multi_frame_file_is_read(a_dicom_phantom: DicomPhantom) -> None:
    write_enhanced(a_dicom_phantom)
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_allclose(cine.frames, a_dicom_phantom.images * 2.0 + 1)
    np.testing.assert_allclose(cine.time_ms, 40 * np.arange(5))
    np.testing.assert_allclose(cine.ijk_to_ras[:3, 3], (40.0, -20.0, 30.0))


def test_a_frames_own_groups_go_before_the_shared_ones() -> None:
    shared = a_dataset(PixelMeasuresSequence=[a_dataset(PixelSpacing=[1.5, 1.25], SliceThickness=6)])
    first = a_dataset(FrameContentSequence=[a_dataset(TemporalPositionIndex=4)])
    second = a_dataset(PixelMeasuresSequence=[a_dataset(SliceThickness=8, SpacingBetweenSlices=9)])
    whole = {"PatientID": "a", "SeriesNumber": 3, "SOPInstanceUID": "1.2", "Rows": 5, "Columns": 4}
    dataset = a_dataset(
        **whole,
        NumberOfFrames=2,
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=[first, second],
    )
    frames = list(frame_datasets(dataset, Path("a")))
    assert [frame.InstanceNumber for frame in frames] == [1, 2]
    assert [frame.SliceThickness for frame in frames] == [6, 8]
    assert [frame.PixelSpacing for frame in frames] == [[1.5, 1.25]] * 2
    assert [frame.get("SpacingBetweenSlices") for frame in frames] == [None, 9]
    assert [frame.get("TemporalPositionIndex") for frame in frames] == [4, None]
    for frame in frames:
        assert {name: frame[name].value for name in whole} == whole


@pytest.mark.parametrize("frames", [1, 3])
def test_frames_that_do_not_all_say_where_they_lie_are_refused(frames: int) -> None:
    dataset = a_dataset(NumberOfFrames=frames, PerFrameFunctionalGroupsSequence=[Dataset(), Dataset()])
    with pytest.raises(InputError, match=f"a: holds {frames} frames without saying where each lies"):
        list(frame_datasets(dataset, Path("a")))


@pytest.mark.parametrize(
    ("frames", "said"), [(10_001, "10001 frames; a cine has up to 10000"), (1000, "1000 x 1000 x 1000 pixels")]
)
def test_more_frames_than_any_cine_has_are_refused_before_they_are_looked_at(frames: int, said: str) -> None:
    dataset = a_dataset(NumberOfFrames=frames, Rows=1000, Columns=1000)
    with pytest.raises(InputError, match=f"a: its header speaks of {said}"):
        refuse_too_many(dataset, Path("a"))


def test_a_file_of_too_many_frames_is_left_out_beside_a_cine(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write()
    (flow,) = a_dicom_phantom.write(a_4d_flow_file, series_number=9, description="4D flow")
    cine = read_dicom_cine(a_dicom_phantom.folder)
    np.testing.assert_array_equal(cine.frames, a_dicom_phantom.images)
    assert 'also there: series 9 "4D flow" (1 image, unreadable) (choose with --series)' in cine.notes
    for given, series in ((a_dicom_phantom.folder, "9"), (flow, None)):
        with pytest.raises(InputError, match=r"its header speaks of 4800 x 256 x 256 pixels"):
            read_dicom_cine(given, series)


@pytest.mark.parametrize("frames", [30, 4800])
def test_a_file_that_cannot_be_taken_stops_no_cine_of_its_own_series(
    a_dicom_phantom: DicomPhantom, frames: int
) -> None:
    def a_file_without_groups(dataset: Dataset, frame: int, slice_: int) -> bool:
        dataset.NumberOfFrames = frames
        return frame == slice_ == 0

    a_dicom_phantom.write()
    (alone,) = a_dicom_phantom.write(a_file_without_groups)
    alone.rename(alone.with_name("flow"))
    a_dicom_phantom.write()
    np.testing.assert_array_equal(read_dicom_cine(a_dicom_phantom.folder).frames, a_dicom_phantom.images)


def test_a_file_of_too_many_frames_is_refused_where_no_other_is_a_cine(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.write(a_4d_flow_file, series_number=9)
    a_dicom_phantom.write(lambda _, t, __: t == 0, series_number=1, description="localizer")
    with pytest.raises(InputError, match=r"its header speaks of 4800 x 256 x 256 pixels"):
        read_dicom_cine(a_dicom_phantom.folder)


def a_4d_flow_file(dataset: Dataset, frame: int, slice_: int) -> bool:
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = 4800, 256, 256
    return frame == slice_ == 0


def test_of_a_macro_that_is_repeated_the_first_counts() -> None:
    sizes = [a_dataset(SliceThickness=thickness) for thickness in (6, 7)]
    shared = a_dataset(PixelMeasuresSequence=sizes)
    dataset = a_dataset(
        NumberOfFrames=2, SharedFunctionalGroupsSequence=[shared], PerFrameFunctionalGroupsSequence=[Dataset()] * 2
    )
    assert [frame.SliceThickness for frame in frame_datasets(dataset, Path("a"))] == [6, 6]


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
