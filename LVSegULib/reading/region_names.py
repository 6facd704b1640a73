"""The names that people and other tools give to the regions of the heart."""

from __future__ import annotations

import re

from LVSegULib.labels import ALL_LABELS, CAVITY, MYOCARDIUM, RIGHT_CAVITY, Label

NAMES = {
    CAVITY.key: (
        *("lv", "lv blood pool", "lv cavity", "lv endo", "left ventricle", "left ventricular cavity"),
        *("left ventricular blood pool", "cavity", "endo", "endocardium", "lvc", "lvbp"),
    ),
    MYOCARDIUM.key: (
        *("myo", "myocardium", "lv myo", "lv myocardium", "left ventricular myocardium", "lv wall"),
        *("epi", "epicardium", "lv epi", "mlv", "lvm"),
    ),
    RIGHT_CAVITY.key: (
        *("rv", "rv blood pool", "rv cavity", "rv endo", "right ventricle", "right ventricular cavity"),
        *("right ventricular blood pool", "rvc", "rvbp"),
    ),
}
"""Names that stand for a region, in small letters, every other sign a space. An epicardium may be drawn filled.

Those of one word are what nnU-Net's converters of ACDC (LVC, MLV) and M&Ms (LVBP, LVM), and some like them, write.
"""


def label_named(text: str) -> Label | None:
    """The region that `text` names, in letters of either case and with any signs between words; None if it is none."""
    plain = re.sub(r"[\W_]+", " ", text).strip().casefold()
    return next((label for label in ALL_LABELS if plain in NAMES[label.key]), None)
