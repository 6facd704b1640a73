"""Whose a DICOM file is: patient and study, read from the first part of its header."""

from __future__ import annotations

from enum import IntEnum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from LVSegULib.cohort.listing_plain import plain_texts

if TYPE_CHECKING:
    from pydicom.tag import BaseTag

SHORTEST = 132
"""Bytes before the first element of a DICOM file; the last four of them say that it is one."""

_MAGIC = b"DICM"
_BYTES_TO_TRY = (1 << 14, 1 << 26)
"""The study is nearly always in the first 16 kB; whatever a header claims, no more than 64 MB of it are taken."""

_WANTED = _STUDY_DATE, _PATIENT_ID, _STUDY_UID = 0x00080020, 0x00100020, 0x0020000D


class Study(NamedTuple):
    """What tells a study from others.

    Attributes:
        patient: PatientID; "" if there is none.
        uid: StudyInstanceUID.
        date: StudyDate, "20240131"; "" if there is none.
    """

    patient: str
    uid: str
    date: str


class Unknown(IntEnum):
    """Why a file's study is not known."""

    NO_DICOM = -1
    NO_STUDY = -2  # damaged before its study, or made anonymous too well
    CLOSED = -3  # cannot be opened


def read_study(path: Path) -> Study | Unknown:
    """The study of a DICOM file; what comes after it in the header is not looked at."""
    texts = None
    try:
        with path.open("rb") as file:
            for size in _BYTES_TO_TRY:
                file.seek(0)
                start = file.read(size)
                if start[SHORTEST - len(_MAGIC) : SHORTEST] != _MAGIC:
                    return Unknown.NO_DICOM
                texts = _texts(start)
                if texts is not None or len(start) < size:
                    break
    except OSError:
        return Unknown.CLOSED
    if not texts or not texts.get(_STUDY_UID):
        return Unknown.NO_STUDY
    return Study(*(texts.get(tag, "") for tag in (_PATIENT_ID, _STUDY_UID, _STUDY_DATE)))


def _texts(start: bytes) -> dict[int, str] | None:
    texts = plain_texts(start, _WANTED, _STUDY_UID)
    return _texts_by_pydicom(start) if texts is None else texts


def _texts_by_pydicom(start: bytes) -> dict[int, str] | None:
    """What `plain_texts` gives, of any header; None if it is damaged, or `start` ends before its study does."""
    from pydicom.filereader import read_partial

    is_past = False

    def stop(tag: BaseTag, _kind: str | None, _length: int) -> bool:
        nonlocal is_past
        is_past = int(tag) > _STUDY_UID
        return is_past

    try:
        header = read_partial(BytesIO(start), stop, specific_tags=list(_WANTED))
        texts = {tag: _text(header[tag].value) for tag in _WANTED if tag in header}
    except Exception:  # pydicom fails on damaged files in many ways
        return None
    return texts if is_past else None


def _text(value: object) -> str:
    return str(value or "").replace("\0", "").strip()
