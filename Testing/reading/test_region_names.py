"""Regions are known by the names that people and converters give them."""

from __future__ import annotations

import pytest

from LVSegULib.labels import ALL_LABELS
from LVSegULib.reading.region_names import NAMES, label_named


def test_each_name_stands_for_one_region() -> None:
    assert len({name for group in NAMES.values() for name in group}) == sum(map(len, NAMES.values()))


def test_what_lvsegu_calls_its_own_labels_is_known() -> None:
    for label in ALL_LABELS:
        assert label_named(label.name) == label_named(label.key) == label


@pytest.mark.parametrize(
    "names",
    [
        ("LVC", "MLV", "RV"),  # nnU-Net's Dataset027_ACDC.py
        ("LVBP", "LVM", "RV"),  # nnU-Net's Dataset114_MNMs.py
        ("lv", "myo", "rv"),
        ("Left_Ventricle", "Myocardium", "right ventricle"),
    ],
)
def test_the_names_of_data_sets(names: tuple[str, ...]) -> None:
    assert tuple(map(label_named, names)) == ALL_LABELS


@pytest.mark.parametrize("text", ["", "heart", "left atrium", "LVOT"])
def test_other_names_stand_for_none(text: str) -> None:
    assert label_named(text) is None
