"""Names of outputs made from names of inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from LVSegULib.reading.names import drawn_on, has_image_ending, is_text, label_maps_by_name, safe_name, short_name


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("beat.nii.gz", "beat"),
        ("beat.seq.nrrd", "beat"),
        ("Beat.NRRD", "Beat"),
        ("patient 01.mha", "patient_01"),
        ("visit.2.nii", "visit.2"),
        ("folder", "folder"),
    ],
)
def test_endings_are_left_out(name: str, short: str) -> None:
    assert short_name(Path("somewhere") / name) == short


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("A/B:C", "A_B_C"),
        ("../x", "x"),
        ("Müller^Eva", "Müller_Eva"),
        ("//", "cine"),
        ("AUX", "cine-AUX"),
        ("con", "cine-con"),
        ("COM1", "cine-COM1"),
        ("nul.2024", "cine-nul.2024"),
        ("/PRN.", "cine-PRN"),
        ("LPT10", "LPT10"),
        ("auxiliary", "auxiliary"),
        ("Mu\u0308ller", "M\u00fcller"),  # as macOS gives it
    ],
)
def test_names_fit_every_file_system(text: str, safe: str) -> None:
    assert safe_name(text) == safe


def test_image_endings() -> None:
    assert has_image_ending(Path("a.NII.GZ"))
    assert not has_image_ending(Path("a.dcm"))


def test_names_that_are_no_utf8() -> None:
    assert is_text(Path("Müller"))
    assert not is_text(Path("M\udcfcller"))  # as Python holds the byte FC, "ü" in Latin-1
    assert safe_name("M\udcfcller") == "M_ller"


@pytest.mark.parametrize(
    ("name", "image"),
    [("anna_seg", "anna"), ("anna-Labels", "anna"), ("a_ED_gt", "a_ED"), ("anna", None), ("_gt", None), ("agt", None)],
)
def test_what_a_label_map_was_drawn_on(name: str, image: str | None) -> None:
    assert drawn_on(name) == image


def test_a_label_map_by_its_name_has_its_image_beside_it() -> None:
    images = ("anna.nrrd", "anna_gt.nii.gz", "bo.seq.nrrd", "bo-Label.mha", "alone_gt.nii.gz", "gt.nii")
    assert label_maps_by_name(images) == {"anna_gt.nii.gz", "bo-Label.mha"}
