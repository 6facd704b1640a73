"""The region of each slice's record."""

from __future__ import annotations

from collections import Counter

from LVSegULib.evaluation.overlap import Overlap
from LVSegULib.evaluation.records import SliceRecord
from LVSegULib.evaluation.regions import with_regions

TAPERING = [100, 120, 110, 90, 60, 20]


def slices_of(areas: list[int], patient: str = "a", case: str = "a_ED") -> list[SliceRecord]:
    return [SliceRecord(case, patient, None, 0, k, Overlap(0, area, 50), 0.0, 0.0) for k, area in enumerate(areas)]


def test_records_get_the_region_of_their_slice() -> None:
    records = with_regions(slices_of([0, *TAPERING, 0]))
    assert [record.region for record in records] == [None, "base", "base", "mid", "mid", "apex", "apex", None]


def test_each_patient_has_a_direction_of_its_own() -> None:
    records = with_regions(slices_of(TAPERING) + slices_of(TAPERING[::-1], "b", "b_ED"))
    assert [record.region for record in records if record.slice == 0] == ["base", "apex"]
    assert Counter(record.region for record in records) == {"base": 4, "mid": 4, "apex": 4}


def test_regions_do_not_depend_on_the_order_of_the_records() -> None:
    in_order = slices_of([0, *TAPERING, 0])
    records = with_regions(in_order[1::2] + in_order[::2])
    assert {record.slice: record.region for record in records} == {
        record.slice: record.region for record in with_regions(in_order)
    }
