"""Whose a case is, by its name."""

import pytest

from LVSegULib.case_names import CASE_NAME, patient_of


@pytest.mark.parametrize(
    ("name", "patient", "phase"),
    [
        ("anna_ED", "anna", "ED"),
        ("anna-es", "anna", "es"),
        ("anna_frame07", "anna", None),
        ("anna-phase3", "anna", None),
        ("SC-HF-I-01_ES", "SC-HF-I-01", "ES"),
    ],
)
def test_the_patient_stands_before_phase_or_frame(name: str, patient: str, phase: str | None) -> None:
    match = CASE_NAME.fullmatch(name)
    assert match and match["phase"] == phase
    assert patient_of(name) == patient


@pytest.mark.parametrize("name", ["anna", "SC-HF-I-01", "anna_EDV", "_ED", "anna_frame"])
def test_a_name_without_them_is_the_patients(name: str) -> None:
    assert patient_of(name) == name
