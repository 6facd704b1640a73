"""Where a data set does not say which frame is ED and which ES, the reference's volumes do."""

from __future__ import annotations

import math

from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.evaluation.phases import phases_by_volume, with_phases
from LVSegULib.evaluation.records import SliceRecord, VolumeRecord


def a_volume(case: str, frame: int, reference_ml: float, phase: str | None = None) -> VolumeRecord:
    return VolumeRecord(case, case[0], phase, frame, Overlap(1, 1, 1), 0.0, reference_ml, 1.0)


def test_the_largest_and_the_smallest_of_a_cine_are_named() -> None:
    volumes = [a_volume("a", frame, ml) for frame, ml in enumerate((60.0, 90.0, 30.0, 50.0))]
    assert phases_by_volume(volumes) == {("a", 1): "ED", ("a", 2): "ES"}


def test_a_heart_of_a_mouse_has_phases_too() -> None:
    assert phases_by_volume([a_volume("m", 0, 0.06), a_volume("m", 1, 0.02)]) == {("m", 0): "ED", ("m", 1): "ES"}


def test_frames_in_files_of_their_own_belong_together() -> None:
    volumes = [a_volume("a_frame01", 0, 80.0), a_volume("b_frame01", 0, 30.0), a_volume("a_frame12", 0, 40.0)]
    assert phases_by_volume(volumes) == {("a_frame01", 0): "ED", ("a_frame12", 0): "ES"}


def test_each_cine_of_a_patient_is_a_beat_of_its_own() -> None:
    volumes = [
        a_volume(f"a_{visit}", frame, ml)
        for visit, mls in (("1", (90, 40)), ("2", (70, 30)))
        for frame, ml in enumerate(mls)
    ]
    assert phases_by_volume(volumes) == {("a_1", 0): "ED", ("a_1", 1): "ES", ("a_2", 0): "ED", ("a_2", 1): "ES"}


def test_a_frame_in_a_file_of_its_own_is_no_part_of_a_cine() -> None:
    volumes = [a_volume("a_cine", 0, 80), a_volume("a_cine", 1, 40), a_volume("a_cine", 2, 0), a_volume("a_x", 0, 99)]
    assert phases_by_volume(volumes) == {("a_cine", 0): "ED", ("a_cine", 1): "ES"}


def test_what_the_data_set_names_stays() -> None:
    volumes = [a_volume("a", 0, 50.0, "ED"), a_volume("a", 1, 60.0, "ES"), a_volume("a", 2, 70.0)]
    assert phases_by_volume(volumes) == {}
    assert with_phases(volumes, {}) == volumes


def test_a_frame_without_cavity_is_neither() -> None:
    assert phases_by_volume([a_volume("a", 0, 50.0), a_volume("a", 1, 0.0)]) == {}


def test_slices_get_the_phase_of_their_frame() -> None:
    slices = [SliceRecord("a", "a", None, frame, 3, Overlap(1, 1, 1), 0.0, math.nan) for frame in range(3)]
    assert [one.phase for one in with_phases(slices, {("a", 1): "ED"})] == [None, "ED", None]
