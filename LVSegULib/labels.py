"""The labels written to files: one value, name, colour and SNOMED CT code for each region of the heart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """A region that can be segmented.

    Attributes:
        value: number in label maps.
        key: name in a data set's `dataset.json` and in `model.json` ("LV", "MYO", "RV").
        name: name shown to people.
        snomed: SNOMED CT code of the anatomical structure.
        meaning: SNOMED CT's own words for the code.
        colour: red, green, blue in 0..1.
    """

    value: int
    key: str
    name: str
    snomed: str
    meaning: str
    colour: tuple[float, float, float]


CAVITY = Label(1, "LV", "LV blood pool", "87878005", "Left ventricle", (0.93, 0.26, 0.26))
MYOCARDIUM = Label(2, "MYO", "LV myocardium", "49848007", "Myocardium of left ventricle", (0.98, 0.76, 0.25))
RIGHT_CAVITY = Label(3, "RV", "RV blood pool", "53085002", "Right ventricle", (0.27, 0.55, 0.93))

ALL_LABELS = (CAVITY, MYOCARDIUM, RIGHT_CAVITY)
BY_KEY = {label.key: label for label in ALL_LABELS}
