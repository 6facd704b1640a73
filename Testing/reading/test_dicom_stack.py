"""Slices and frames in order, and what contradicts itself."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.reading.dicom import open_dicom_stack, read_dicom_cine
from LVSegULib.reading.dicom_header import DicomHeader
from LVSegULib.reading.dicom_stack import build_stack, group_slices

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


ACROSS = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
"""Rows run to the left and columns backward, so that slices are at right angles to the body's axis."""


def an_image(
    *position_mm: float,
    orientation: tuple[float, ...] = ACROSS,
    slice_mm: float | None = None,
    instance: int | None = None,
    **order: float,
) -> DicomHeader:
    """An image (LPS) of 1.5 mm from row to row and 1.25 mm from column to column; `order` tells its frame."""
    name = f"{position_mm} {order}"
    of_series = (name, "patient", "study", "series", 1, "", instance, (4, 5))
    return DicomHeader(Path(name), None, *of_series, position_mm, orientation, (1.5, 1.25), slice_mm, order)


@pytest.mark.parametrize("slices", [2, 3])
@pytest.mark.parametrize(
    ("orientation", "axis", "towards_apex"),
    [((0, 1, 0, 0, 0, 1), 0, 1), ((0, 0, 1, 1, 0, 0), 1, -1), (ACROSS, 2, -1)],
    ids=["to the left", "forward", "down"],
)
def test_the_apex_is_to_the_left_in_front_and_below(
    orientation: tuple[float, ...], axis: int, towards_apex: int, slices: int
) -> None:
    places = 10.0 * np.eye(3)[axis] * np.arange(slices)[:, None]
    stack = build_stack([an_image(*place, orientation=orientation, TriggerTime=5) for place in places], {})
    assert stack.notes == ()
    np.testing.assert_array_equal(stack.time_ms, [5])
    from_base = places[::towards_apex]
    assert [header.position_mm for header in stack.headers[0]] == [tuple(place) for place in from_base]
    lps_to_ras = np.diag([-1.0, -1.0, 1.0])
    np.testing.assert_allclose(stack.ijk_to_ras[:3, 2], lps_to_ras @ (from_base[1] - from_base[0]))
    np.testing.assert_allclose(stack.ijk_to_ras[:3, 3], lps_to_ras @ from_base[0])
    np.testing.assert_allclose(np.linalg.norm(stack.ijk_to_ras[:3, :2], axis=0), (1.25, 1.5))


def test_a_tenth_of_a_millimetre_is_still_the_same_slice() -> None:
    slices = group_slices(an_image(0, 0, place) for place in (0, 0.09, 10, 10.11))
    assert [len(images) for images in slices] == [2, 1, 1]


@pytest.mark.parametrize(("place", "fits"), [(30.49, True), (30.51, False), (29.51, True), (29.49, False)])
def test_distances_may_differ_by_a_twentieth_and_their_mean_counts(place: float, fits: bool) -> None:
    images = [an_image(0, 0, -mm, TriggerTime=0) for mm in (0, 10, 20, place)]
    if fits:
        assert np.linalg.norm(build_stack(images, {}).ijk_to_ras[:3, 2]) == pytest.approx(place / 3)
    else:
        with pytest.raises(GeometryError, match=r"the others 10\.00 mm"):
            build_stack(images, {})


@pytest.mark.parametrize(("shift_mm", "notes"), [(0.99, 0), (1.01, 1)])
def test_slices_shifted_by_more_than_a_millimetre_are_noted(shift_mm: float, notes: int) -> None:
    images = [an_image(shift_mm * (mm == 10), 0, -mm, TriggerTime=0) for mm in (0, 10, 20)]
    assert len(build_stack(images, {}).notes) == notes


def test_images_that_nothing_orders_are_a_stack_of_one_frame() -> None:
    stack = build_stack([an_image(0, 0, -mm) for mm in (0, 10)], {})
    assert (len(stack.headers), len(stack.headers[0]), stack.time_ms) == (1, 2, None)
    np.testing.assert_array_equal(stack.instances, [[-1, -1]])


def test_frames_that_nothing_orders_are_refused() -> None:
    images = [an_image(0, 0, -mm) for mm in (0, 10, 10.01)]
    with pytest.raises(InputError, match="nothing tells the order of the frames"):
        build_stack(images, {})


@pytest.mark.parametrize("trouble", [{}, {"TriggerTime": 0}], ids=["missing", "the same twice"])
def test_an_attribute_tells_the_order_if_it_does_so_in_every_slice(trouble: dict[str, float]) -> None:
    images = [
        an_image(0, 0, 0, TriggerTime=0, InstanceNumber=2),
        an_image(0, 0, 0, TriggerTime=30, InstanceNumber=1),
        an_image(0, 0, -10, TriggerTime=0, InstanceNumber=3),
        an_image(0, 0, -10, InstanceNumber=4, **trouble),
    ]
    stack = build_stack(images, {})
    assert [[header.order["InstanceNumber"] for header in frame] for frame in stack.headers] == [[1, 3], [2, 4]]
    assert stack.time_ms is None


def test_a_single_slice_is_as_thick_as_its_header_says() -> None:
    stack = build_stack([an_image(0, 0, 0, slice_mm=8.0, TriggerTime=time) for time in (0, 30)], {})
    assert np.linalg.norm(stack.ijk_to_ras[:3, 2]) == pytest.approx(8)
    assert len(stack.notes) == 1 and stack.notes[0].startswith("a single slice")
    np.testing.assert_allclose(stack.time_ms, (0, 30))
    for slice_mm, message in ((None, "has no volume"), (0.009, "is not possible"), (100.1, "is not possible")):
        with pytest.raises(GeometryError, match=message):
            build_stack([an_image(0, 0, 0, slice_mm=slice_mm)], {})
