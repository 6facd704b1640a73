"""The measures of a beat: what each is called, its unit and its code. Tables, reports and pictures follow from here."""

from __future__ import annotations

from dataclasses import dataclass

from LVSegULib.labels import CAVITY, MYOCARDIUM, RIGHT_CAVITY, Label


@dataclass(frozen=True)
class Measure:
    """A figure that a segmented beat gives.

    Attributes:
        name: its attribute of `LVSegULib.measures.volumes.Measures` ("LVEDV").
        short: what people call it where there is little room.
        unit: as people write it ("mL").
        region: what must be segmented for it.
        phase: the frame that it is of, "ED" or "ES"; "" if of both.
        code: LN is LOINC, SCT is SNOMED CT; "" if there is none.
    """

    name: str
    short: str
    unit: str
    region: Label
    phase: str = ""
    code: str = ""

    @property
    def key(self) -> str:
        """Its name in JSON and in the table of a cohort, which ends with the unit ("LVEDV_ml", "LVEF_percent")."""
        return f"{self.name}_{_IN_KEYS.get(self.unit, self.unit)}"


_IN_KEYS = {"mL": "ml", "%": "percent"}

MEASURES = (
    Measure("LVEDV", "LVEDV", "mL", CAVITY, "ED", "LN 8821-1"),
    Measure("LVESV", "LVESV", "mL", CAVITY, "ES", "LN 8823-7"),
    Measure("LVSV", "LVSV", "mL", CAVITY, code="SCT 90096001"),
    Measure("LVEF", "LVEF", "%", CAVITY, code="LN 8811-2"),
    Measure("LVM", "LVM", "g", MYOCARDIUM, "ED", "LN 18087-7"),
    Measure("wall_thickness_ed", "Wall at ED", "mm", MYOCARDIUM, "ED"),
    Measure("wall_thickness_ed_max", "Thickest wall", "mm", MYOCARDIUM, "ED"),
    Measure("wall_thickness_es", "Wall at ES", "mm", MYOCARDIUM, "ES"),
    Measure("wall_thickening", "Wall thickening", "%", MYOCARDIUM),
    Measure("RVEDV", "RVEDV", "mL", RIGHT_CAVITY, "ED"),
    Measure("RVESV", "RVESV", "mL", RIGHT_CAVITY, "ES"),
    Measure("RVSV", "RVSV", "mL", RIGHT_CAVITY),
    Measure("RVEF", "RVEF", "%", RIGHT_CAVITY),
)
