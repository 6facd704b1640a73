"""Labels have the values of the project's conventions and codes that no two share."""

from __future__ import annotations

from LVSegULib.labels import ALL_LABELS, BY_KEY


def test_values_and_codes() -> None:
    # codes as in SNOMED CT: left ventricular structure parts used by 3D Slicer's terminology
    assert {key: (label.value, label.snomed) for key, label in BY_KEY.items()} == {
        "LV": (1, "87878005"),
        "MYO": (2, "49848007"),
        "RV": (3, "53085002"),
    }
    assert len({label.colour for label in ALL_LABELS}) == 3
