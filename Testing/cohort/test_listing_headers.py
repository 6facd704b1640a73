"""Whose a file is, in every way that a header may be stored; what pydicom reads of the whole file is the reference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from LVSegULib.cohort.listing_headers import Study, Unknown, read_study
from LVSegULib.cohort.listing_plain import plain_texts
from Testing.cohort.mixed_tree import ANNA, a_file, write_series

PATIENT_ID, STUDY_UID = 0x00100020, 0x0020000D


def nothing(_: FileDataset) -> None:
    """As the phantom is."""


def patient_with_umlaut(dataset: FileDataset) -> None:
    dataset.SpecificCharacterSet, dataset.PatientID = "ISO_IR 100", "Jörg"


def two_patient_ids(dataset: FileDataset) -> None:
    dataset.PatientID = ["A", "B"]


def no_patient(dataset: FileDataset) -> None:
    del dataset.PatientID


def nested_study(dataset: FileDataset) -> None:
    """Another study is mentioned before the file's own, as where it is shown together with that."""
    other = Dataset()
    other.StudyInstanceUID, other.PatientID = "1.2.3", "other"
    dataset.StudiesContainingOtherReferencedInstancesSequence = Sequence([other])


def nested_study_of_undefined_length(dataset: FileDataset) -> None:
    nested_study(dataset)
    element = dataset["StudiesContainingOtherReferencedInstancesSequence"]
    element.is_undefined_length = element.value[0].is_undefined_length_sequence_item = True


def long_before_the_study(dataset: FileDataset) -> None:
    block = dataset.private_block(0x0019, "LVSegU test", create=True)
    block.add_new(1, "OB", bytes(100_000))


ALTER = [
    nothing,
    patient_with_umlaut,
    two_patient_ids,
    no_patient,
    nested_study,
    nested_study_of_undefined_length,
    long_before_the_study,
]


def written(folder: Path, alter: Callable[[FileDataset], None] = nothing) -> Path:
    return write_series(folder, "Anna", ANNA, date="20240131", alter=alter)[0]


def by_pydicom(path: Path) -> Study:
    header = dcmread(path)
    return Study(str(header.get("PatientID", "")), str(header.StudyInstanceUID), str(header.StudyDate))


@pytest.mark.parametrize("alter", ALTER, ids=lambda alter: alter.__name__)
def test_patient_study_and_date_are_those_of_the_file_itself(
    tmp_path: Path, alter: Callable[[FileDataset], None]
) -> None:
    path = written(tmp_path, alter)
    study = read_study(path)
    assert study == by_pydicom(path)
    assert (study.uid, study.date) == (ANNA, "20240131")


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
@pytest.mark.parametrize("alter", [nothing, nested_study, long_before_the_study], ids=lambda alter: alter.__name__)
def test_every_way_to_store_a_header(tmp_path: Path, alter: Callable[[FileDataset], None], syntax: str) -> None:
    path, other = written(tmp_path, alter), tmp_path / "other"
    dataset = dcmread(path)
    dataset.file_meta.TransferSyntaxUID = syntax
    dcmwrite(other, dataset, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=syntax != ExplicitVRBigEndian)
    assert read_study(other) == Study("Anna", ANNA, "20240131")


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, RLELossless])
def test_a_header_before_compressed_pixels(tmp_path: Path, syntax: str) -> None:
    path = written(tmp_path)
    dataset = dcmread(path)
    dataset.file_meta.TransferSyntaxUID = syntax
    del dataset.PixelData
    dataset.save_as(path)
    assert read_study(path) == Study("Anna", ANNA, "20240131")


@pytest.mark.parametrize("alter", [nothing, nested_study_of_undefined_length], ids=lambda alter: alter.__name__)
def test_a_file_that_is_cut_short_tells_its_study_or_none_but_never_another(
    tmp_path: Path, alter: Callable[[FileDataset], None]
) -> None:
    content = written(tmp_path, alter).read_bytes()
    whole = Study("Anna", ANNA, "20240131")
    end = content.rindex(ANNA.encode()) + len(ANNA)
    told = []
    for length in range(120, end + 60, 3):
        study = read_study(a_file(tmp_path / "cut", content[:length]))
        assert study in (whole, Unknown.NO_STUDY if length >= 132 else Unknown.NO_DICOM)
        assert study != whole or length >= end
        told.append(study)
    assert told[-1] == whole


def test_files_that_are_no_dicom_and_files_that_do_not_tell(tmp_path: Path) -> None:
    def without_study(dataset: FileDataset) -> None:
        dataset.StudyInstanceUID = ""

    assert read_study(a_file(tmp_path / "text", b"text" * 100)) == Unknown.NO_DICOM
    assert read_study(a_file(tmp_path / "empty", b"")) == Unknown.NO_DICOM
    assert read_study(written(tmp_path, without_study)) == Unknown.NO_STUDY
    assert read_study(tmp_path / "gone") == Unknown.CLOSED


def test_the_usual_header_needs_no_data_set(tmp_path: Path) -> None:
    start = written(tmp_path).read_bytes()
    assert plain_texts(start, (PATIENT_ID, STUDY_UID), STUDY_UID) == {PATIENT_ID: "Anna", STUDY_UID: ANNA}


def test_an_absurd_length_is_not_believed(tmp_path: Path) -> None:
    path = written(tmp_path)
    dataset = dcmread(path)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    dataset.save_as(path, implicit_vr=True, little_endian=True)
    content = bytearray(path.read_bytes())
    at = content.index(b"\x10\x00\x20\x00")
    content[at + 4 : at + 8] = b"\xf0\xff\xff\xff"  # 4 GB
    path.write_bytes(content)
    assert read_study(path) == Unknown.NO_STUDY
