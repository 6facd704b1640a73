"""The Sunnybrook release: a phantom laid out like it, and the shipped patient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from LVSegULib.errors import InputError
from LVSegULib.reading.sunnybrook import SunnybrookPatient, is_sunnybrook, open_sunnybrook, padded_name

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


@pytest.mark.parametrize(
    ("name", "padded"),
    [("SC-HF-I-1", "SC-HF-I-01"), ("SC-HF-NI-03", "SC-HF-NI-03"), ("SC-N-40", "SC-N-40"), ("SCD1", None)],
)
def test_names_are_padded(name: str, padded: str | None) -> None:
    assert padded_name(name) == padded


def a_release(phantom: DicomPhantom, *instances: int) -> Path:
    """One patient; contours of 4 x 2 pixels at these instances, 6 x 4 in frame 0 (instances 1, 6, 11, 16)."""
    root = phantom.folder.parent
    phantom.folder = root / "SCD_IMAGES_01" / "SCD0000101" / "CINESAX"
    phantom.write()
    (root / "scd_patientdata.csv").write_bytes(
        b"\xef\xbb\xbfPatientID,OriginalID,Gender,Age,Pathology\r\nSCD0000101,SC-N-2,Male,53,Normal\r\n"
    )
    contours = root / "SCD_ManualContours" / "SC-N-02" / "contours-manual" / "IRCCI-expert"
    contours.mkdir(parents=True)
    for instance in instances:
        i, j = (12.5, 10.5) if instance % 5 == 1 else (10.5, 8.5)
        corners = f"6.5 6.5\n{i} 6.5\n{i} {j}\n6.5 {j}\n"
        (contours / f"IM-0001-{instance:04d}-icontour-manual.txt").write_text(corners)
    (contours / "IM-0001-0006-ocontour-manual.txt").write_text("1.5 1.5\n15.5 1.5\n15.5 15.5\n")
    return root


def test_contours_find_their_frame_and_slice(a_dicom_phantom: DicomPhantom) -> None:
    root = a_release(a_dicom_phantom, 1, 6, 9, 14)  # InstanceNumber 1 + frame + 5 * slice
    (patient,) = open_sunnybrook(root)
    assert (patient.name, patient.scd_name, patient.pathology) == ("SC-N-02", "SCD0000101", "Normal")
    case = patient.read()
    assert sorted(case.endo) == [(0, 0), (0, 1), (3, 1), (3, 2)]
    assert list(case.epi) == [(0, 1)]
    assert (case.ed_frame, case.es_frame) == (0, 3)
    assert case.labels().sum(axis=(2, 3))[[0, 3]].tolist() == [[24, 24, 0, 0], [0, 8, 8, 0]]


def test_slices_taken_from_the_apex_are_found_as_well(a_dicom_phantom: DicomPhantom) -> None:
    a_dicom_phantom.step = (-6.4, 4.8, 0.0)  # the reader turns the slices round: slice 0 becomes slice 3
    case = open_sunnybrook(a_release(a_dicom_phantom, 1, 9))[0].read()
    assert sorted(case.endo) == [(0, 3), (3, 2)]


def test_a_contour_without_its_image(a_dicom_phantom: DicomPhantom) -> None:
    (patient,) = open_sunnybrook(a_release(a_dicom_phantom, 1, 99))
    with pytest.raises(InputError, match=r"0099-icontour-manual\.txt: belongs to InstanceNumber 99"):
        patient.read()


def test_no_table(tmp_path: Path) -> None:
    assert not is_sunnybrook(tmp_path)
    with pytest.raises(InputError, match=r"has no scd_patientdata\.csv"):
        open_sunnybrook(tmp_path)


def test_no_contours(a_dicom_phantom: DicomPhantom) -> None:
    with pytest.raises(InputError, match="1 have images, 0 contours"):
        open_sunnybrook(a_release(a_dicom_phantom))


@pytest.fixture(scope="module")
def the_shipped_patient(the_sample_patient: Path) -> SunnybrookPatient:
    assert is_sunnybrook(the_sample_patient)
    return open_sunnybrook(the_sample_patient)[0]


def test_the_shipped_patient_beats(the_shipped_patient: SunnybrookPatient) -> None:
    case = the_shipped_patient.read()
    # file numbers 0059 and 0048: (NNNN - 1) % 20 is the frame, (NNNN - 1) // 20 the slice
    assert (case.ed_frame, case.es_frame) == (18, 7)
    assert sorted(k for frame, k in case.endo if frame == 18) == list(range(2, 11))
    inside, around = case.labels() == 1, case.labels(with_border=True) == 1
    assert 1.03 < around.sum() / inside.sum() < 1.08
    blood = case.cine.frames[18, 6][inside[18, 6]].mean()
    assert blood > 1.5 * case.cine.frames[18, 6].mean()
