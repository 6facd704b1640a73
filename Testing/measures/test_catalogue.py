"""What is said of the measures fits what a beat is measured by."""

from __future__ import annotations

import dataclasses

import pytest

from LVSegULib.labels import ALL_LABELS
from LVSegULib.measures.catalogue import MEASURES
from LVSegULib.measures.volumes import Measures

NO_MEASURES = {"volumes_ml", "ed_frame", "es_frame", "wall_slices", "time_ms", "reasons", "warnings"}


def test_every_measure_of_a_beat_is_listed() -> None:
    names = [one.name for one in MEASURES]
    assert sorted(names) == sorted({field.name for field in dataclasses.fields(Measures)} - NO_MEASURES)


@pytest.mark.parametrize("field", ["name", "short", "key"])
def test_no_two_measures_share_a_name(field: str) -> None:
    assert len({getattr(one, field) for one in MEASURES}) == len(MEASURES)


def test_keys_end_with_the_unit() -> None:
    keys = {one.name: one.key for one in MEASURES}
    assert (keys["LVEDV"], keys["LVEF"]) == ("LVEDV_ml", "LVEF_percent")
    assert (keys["LVM"], keys["wall_thickness_ed"]) == ("LVM_g", "wall_thickness_ed_mm")


def test_measures_are_of_known_labels_and_phases() -> None:
    assert {one.region for one in MEASURES} <= set(ALL_LABELS)
    assert {one.phase for one in MEASURES} == {"", "ED", "ES"}
