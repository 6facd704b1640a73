"""The Sunnybrook release: a phantom laid out like it, and the shipped patient."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from LVSegULib.errors import InputError
from LVSegULib.reading.polygons import fill_polygon
from LVSegULib.reading.sunnybrook import SunnybrookPatient, is_sunnybrook, open_sunnybrook, padded_name

if TYPE_CHECKING:
    from Testing.conftest import DicomPhantom


@pytest.mark.parametrize(
    ("name", "padded"),
    [
        ("SC-HF-I-1", "SC-HF-I-01"),
        ("SC-HF-NI-03", "SC-HF-NI-03"),
        ("SC-N-40", "SC-N-40"),
        (" sc-n-4 ", "SC-N-04"),
        ("SCD1", None),
    ],
)
def test_names_are_padded(name: str, padded: str | None) -> None:
    assert padded_name(name) == padded


def a_release(phantom: DicomPhantom, *instances: int) -> Path:
    """One patient; contours around 4 x 2 pixels at these instances, 6 x 4 in frame 0 (instances 1, 6, 11, 16)."""
    root = phantom.folder.parent
    phantom.folder = root / "SCD_IMAGES_01" / "SCD0000101" / "CINESAX"
    phantom.write()
    (root / "scd_patientdata.csv").write_bytes(
        b"\xef\xbb\xbfPatientID,OriginalID,Gender,Age,Pathology\r\nSCD0000101,SC-N-2,Male,53,Normal\r\n"
    )
    contours = root / "SCD_ManualContours" / "SC-N-02" / "contours-manual" / "IRCCI-expert"
    contours.mkdir(parents=True)
    for instance in instances:
        i, j = (12.0, 10.0) if instance % 5 == 1 else (10.0, 8.0)
        corners = f"7.0 7.0\n{i} 7.0\n{i} {j}\n7.0 {j}\n"
        (contours / f"IM-0001-{instance:04d}-icontour-manual.txt").write_text(corners)
    (contours / "IM-0001-0006-ocontour-manual.txt").write_text("1.5 1.5\n15.5 1.5\n15.5 15.5\n")
    return root


def test_contours_find_their_frame_and_slice(a_dicom_phantom: DicomPhantom) -> None:
    root = a_release(a_dicom_phantom, 1, 6, 9, 14)  # InstanceNumber 1 + frame + 5 * slice
    (patient,) = open_sunnybrook(root)
    assert (patient.name, patient.scd_name) == ("SC-N-02", "SCD0000101")
    case = patient.read()
    assert sorted(case.endo) == [(0, 0), (0, 1), (3, 1), (3, 2)]
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


def with_table(root: Path, text: str) -> Path:
    (root / "scd_patientdata.csv").write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("text", ["PatientID,Name\nSCD0000101,SC-N-2\n", "OriginalID\nSC-N-2\n"])
def test_a_table_without_its_columns(a_dicom_phantom: DicomPhantom, text: str) -> None:
    with pytest.raises(InputError, match=r"scd_patientdata\.csv: is no table with PatientID and OriginalID"):
        open_sunnybrook(with_table(a_release(a_dicom_phantom, 1), text))


def test_a_table_in_another_encoding(a_dicom_phantom: DicomPhantom) -> None:
    root = a_release(a_dicom_phantom, 1)
    (root / "scd_patientdata.csv").write_bytes(b"PatientID,OriginalID\nSCD0000101,SC-N-2,M\xfcller\n")
    with pytest.raises(InputError, match="is no table with PatientID and OriginalID"):
        open_sunnybrook(root)


def test_patients_without_images_contours_or_a_name_are_left_out_and_the_others_sorted(
    a_dicom_phantom: DicomPhantom,
) -> None:
    root = a_release(a_dicom_phantom, 1)
    (root / "more" / "SCD0000102").mkdir(parents=True)  # without CINESAX: the images lie in it
    (root / "more" / "SCD0000103" / "CINESAX_300").mkdir(parents=True)
    for name in ("SC-HF-I-7", "SC-N-8"):
        (root / "SCD_ManualContours" / name).mkdir()
        (root / "SCD_ManualContours" / name / "IM-0001-0001-icontour-manual.txt").touch()
    (root / "more" / "SCD0000102" / "CINESAX.txt").touch()
    (root / "SCD_ManualContours" / "SC-N-02" / "no-contour-manual.txt").touch()
    (root / "SCD_ManualContours" / "SC-N-09").mkdir()
    (root / "SCD_ManualContours" / "SC-N-09" / "IM-0001-0001-ocontour-manual.txt").touch()
    table = "PatientID,OriginalID\nSCD0000101,SC-N-2\nSCD0000102,SC-HF-I-07\nSCD0000999,SC-N-8\n"
    patients = open_sunnybrook(with_table(root, table + "SCD0000103,SC-N-09\nSCD0000103,unknown\n"))
    assert [one.name for one in patients] == ["SC-HF-I-07", "SC-N-02"]
    assert [one.images.name for one in patients] == ["SCD0000102", "CINESAX"]


def draw(root: Path, instance: int, corners: str) -> None:
    folder = root / "SCD_ManualContours" / "SC-N-02" / "contours-manual" / "IRCCI-expert"
    (folder / f"IM-0001-{instance:04d}-icontour-manual.txt").write_text(corners)


def test_the_frames_with_most_contours_are_ed_and_es_whichever_way_round_they_are_drawn(
    a_dicom_phantom: DicomPhantom,
) -> None:
    """Instance 1 + frame + 5 * slice: two small contours in frame 0, two larger ones in frame 4, a huge one in 2."""
    root = a_release(a_dicom_phantom)
    for instance in (1, 6):
        draw(root, instance, "6.5 6.5\n6.5 8.5\n8.5 8.5\n8.5 6.5\n")
    draw(root, 5, "6.5 6.5\n6.5 9.5\n9.5 9.5\n9.5 6.5\n")  # 3 x 3, against the other's 2 x 2
    draw(root, 10, "6.5 6.5\n9.5 6.5\n9.5 9.5\n6.5 9.5\n")  # the other way round
    draw(root, 3, "1.5 1.5\n15.5 1.5\n15.5 15.5\n1.5 15.5\n")
    case = open_sunnybrook(root)[0].read()
    assert (case.ed_frame, case.es_frame) == (4, 0)


def test_a_single_frame_with_contours_is_ed_and_es(a_dicom_phantom: DicomPhantom) -> None:
    case = open_sunnybrook(a_release(a_dicom_phantom, 9, 14))[0].read()
    assert (case.ed_frame, case.es_frame) == (3, 3)


@pytest.fixture(scope="module")
def the_shipped_patient(the_sample_patient: Path) -> SunnybrookPatient:
    assert is_sunnybrook(the_sample_patient)
    return open_sunnybrook(the_sample_patient)[0]


def test_the_shipped_patient_beats(the_shipped_patient: SunnybrookPatient) -> None:
    case = the_shipped_patient.read()
    # file numbers 0059 and 0048: (NNNN - 1) % 20 is the frame, (NNNN - 1) // 20 the slice
    assert (case.ed_frame, case.es_frame) == (18, 7)
    assert sorted(k for frame, k in case.endo if frame == 18) == list(range(2, 11))
    inside = {place: fill_polygon(corners, case.cine.frames.shape[2:]) for place, corners in case.endo.items()}
    assert 1.03 < case.labels().sum() / sum(mask.sum() for mask in inside.values()) < 1.08
    blood = case.cine.frames[18, 6][inside[18, 6]].mean()
    assert blood > 1.5 * case.cine.frames[18, 6].mean()


def test_lines_that_are_cut_short_or_absurd_are_passed_over(a_dicom_phantom: DicomPhantom) -> None:
    folder = a_release(a_dicom_phantom, 1)
    before = open_sunnybrook(folder)
    with (folder / "scd_patientdata.csv").open("a", encoding="utf-8") as table:
        table.write(f"\nSCD0000199\nSCD0000198,SC-HF-I-{'9' * 5000}\n")
    assert open_sunnybrook(folder) == before
