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
        title: what they call it in full, beside `short`.
        unit: as people write it ("mL").
        region: what must be segmented for it.
        phase: the frame that it is of, "ED" or "ES"; "" if of both.
        code: LN is LOINC, SCT is SNOMED CT; "" if there is none.
    """

    name: str
    short: str
    title: str
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
    Measure("LVEDV", "LVEDV", "End-diastolic volume", "mL", CAVITY, "ED", "LN 8821-1"),
    Measure("LVESV", "LVESV", "End-systolic volume", "mL", CAVITY, "ES", "LN 8823-7"),
    Measure("LVSV", "LVSV", "Stroke volume", "mL", CAVITY, code="SCT 90096001"),
    Measure("LVEF", "LVEF", "Ejection fraction", "%", CAVITY, code="LN 8811-2"),
    Measure("LVM", "LVM", "Mass of the myocardium", "g", MYOCARDIUM, "ED", "LN 18087-7"),
    Measure("wall_thickness_ed", "Wall at ED", "Mean thickness at ED", "mm", MYOCARDIUM, "ED"),
    Measure("wall_thickness_ed_max", "Thickest wall", "Largest thickness at ED", "mm", MYOCARDIUM, "ED"),
    Measure("wall_thickness_es", "Wall at ES", "Mean thickness at ES", "mm", MYOCARDIUM, "ES"),
    Measure("wall_thickening", "Wall thickening", "Thickening from ED to ES", "%", MYOCARDIUM),
    Measure("RVEDV", "RVEDV", "RV at ED", "mL", RIGHT_CAVITY, "ED"),
    Measure("RVESV", "RVESV", "RV at ES", "mL", RIGHT_CAVITY, "ES"),
    Measure("RVSV", "RVSV", "RV stroke volume", "mL", RIGHT_CAVITY),
    Measure("RVEF", "RVEF", "RV ejection fraction", "%", RIGHT_CAVITY),
)
