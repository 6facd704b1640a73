"""The labels written to files: all that is said of each region of the heart, and how a region is told by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """A region that can be segmented.

    Attributes:
        value: number in label maps.
        key: name in a data set's `dataset.json` and in `model.json` ("LV", "MYO", "RV").
        name: name shown to people.
        word: what it is called within a sentence ("cavity").
        column: what its volume is called in tables and reports, without the unit ("LV_cavity").
        snomed: SNOMED CT code of the anatomical structure.
        meaning: SNOMED CT's own words for the code.
        colour: red, green, blue in 0..1.
        names: what people and other tools call it, in small letters, every other sign a space. Those of one word are
            what nnU-Net's converters of ACDC (LVC, MLV) and M&Ms (LVBP, LVM), and some like them, write; an epicardium
            may be drawn filled.
    """

    value: int
    key: str
    name: str
    word: str
    column: str
    snomed: str
    meaning: str
    colour: tuple[float, float, float]
    names: tuple[str, ...]

    @property
    def volume_key(self) -> str:
        """The column of its volume in tables, which ends with the unit ("LV_cavity_ml")."""
        return f"{self.column}_ml"

    @property
    def terminology_entry(self) -> str:
        """Category and type in SNOMED CT as 3D Slicer keeps them; no anatomic region, as the type names it."""
        return (
            "Segmentation category and type - 3D Slicer General Anatomy list"
            "~SCT^123037004^Anatomical Structure"
            f"~SCT^{self.snomed}^{self.meaning}"
            "~^^~Anatomic codes - DICOM master list~^^~^^"
        )


CAVITY = Label(
    value=1,
    key="LV",
    name="LV blood pool",
    word="cavity",
    column="LV_cavity",
    snomed="87878005",
    meaning="Left ventricle",
    colour=(0.93, 0.26, 0.26),
    names=(
        *("lv", "lv blood pool", "lv cavity", "lv endo", "left ventricle", "left ventricular cavity"),
        *("left ventricular blood pool", "cavity", "endo", "endocardium", "lvc", "lvbp"),
    ),
)
MYOCARDIUM = Label(
    value=2,
    key="MYO",
    name="LV myocardium",
    word="myocardium",
    column="LV_myocardium",
    snomed="49848007",
    meaning="Myocardium of left ventricle",
    colour=(0.98, 0.76, 0.25),
    names=(
        *("myo", "myocardium", "lv myo", "lv myocardium", "left ventricular myocardium", "lv wall"),
        *("epi", "epicardium", "lv epi", "mlv", "lvm"),
    ),
)
RIGHT_CAVITY = Label(
    value=3,
    key="RV",
    name="RV blood pool",
    word="RV cavity",
    column="RV_cavity",
    snomed="53085002",
    meaning="Right ventricle",
    colour=(0.27, 0.55, 0.93),
    names=(
        *("rv", "rv blood pool", "rv cavity", "rv endo", "right ventricle", "right ventricular cavity"),
        *("right ventricular blood pool", "rvc", "rvbp"),
    ),
)

ALL_LABELS = (CAVITY, MYOCARDIUM, RIGHT_CAVITY)
"""Where drawn regions overlap, the one that comes first here wins."""

BY_KEY = {label.key: label for label in ALL_LABELS}
BY_VALUE = {label.value: label for label in ALL_LABELS}


def label_named(text: str) -> Label | None:
    """The region that `text` names, in letters of either case and with any signs between words; None if it is none."""
    plain = re.sub(r"[\W_]+", " ", text).strip().casefold()
    return next((label for label in ALL_LABELS if plain in label.names), None)
