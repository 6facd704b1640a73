"""Labels have the values of the project's conventions, codes that no two share, and the names that people give them."""

from __future__ import annotations

import pytest

from LVSegULib.labels import ALL_LABELS, BY_KEY, label_named


def test_values_and_codes() -> None:
    # codes as in SNOMED CT: left ventricular structure parts used by 3D Slicer's terminology
    assert {key: (label.value, label.snomed) for key, label in BY_KEY.items()} == {
        "LV": (1, "87878005"),
        "MYO": (2, "49848007"),
        "RV": (3, "53085002"),
    }


@pytest.mark.parametrize("field", ["value", "key", "name", "word", "column", "snomed", "colour"])
def test_no_two_labels_share_anything(field: str) -> None:
    assert len({getattr(label, field) for label in ALL_LABELS}) == len(ALL_LABELS)


def test_each_name_stands_for_one_region() -> None:
    names = [name for label in ALL_LABELS for name in label.names]
    assert len(set(names)) == len(names)


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
