"""Which inputs a command's paths stand for: files, patients' DICOM folders, or folders of either."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from pathlib import Path

from LVSegULib.reading.names import has_image_ending

_log = logging.getLogger(__name__)

_FILES_TO_TRY = 50
"""Files of a folder that are opened to see whether it holds DICOM."""

_PATIENT, _STUDY = "PatientID", "StudyInstanceUID"
_LAST_TAG = 0x0020000D
"""That of the study, which stands after the patient."""


def expand_inputs(paths: Sequence[Path]) -> list[Path]:
    """One path for each cine: a folder becomes its image files, or its patients if it holds DICOM of several.

    A path that does not exist, or a folder in which nothing is recognised, is kept: reading it says what is wrong.
    """
    return [found for path in paths for found in (_in_folder(path) if path.is_dir() else [path])]


def _in_folder(folder: Path) -> list[Path]:
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    files = [entry for entry in entries if entry.is_file()]
    if _study_of(files) is not None:
        return [folder]
    if images := [file for file in files if has_image_ending(file) and ".seg." not in file.name.lower()]:
        return images
    folders = [entry for entry in entries if entry.is_dir()]
    studies = {subfolder: _study_of(_files_below(subfolder)) for subfolder in folders}
    if len(set(studies.values()) - {None}) < 2:
        return [folder]
    for subfolder in (subfolder for subfolder, study in studies.items() if study is None):
        _log.warning("%s: skipped, there is no DICOM in it", subfolder)
    return [subfolder for subfolder, study in studies.items() if study is not None]


def _files_below(folder: Path) -> list[Path]:
    return list(itertools.islice((path for path in sorted(folder.rglob("*")) if path.is_file()), _FILES_TO_TRY))


def _study_of(files: Sequence[Path]) -> tuple[str, str] | None:
    """Patient and study of the first DICOM file among `files`; None if the first ones are no DICOM.

    A damaged file stands for a study of its own: reading it will say what is wrong with it.
    """
    from pydicom.errors import InvalidDicomError

    from LVSegULib.reading.dicom_file import DicomFile, read_elements
    from LVSegULib.reading.dicom_values import text_of

    for file in files[:_FILES_TO_TRY]:
        if file.name == "DICOMDIR":
            continue
        try:
            with DicomFile(file) as opened:
                header = read_elements(opened, (_PATIENT, _STUDY), _LAST_TAG)
            return text_of(header, _PATIENT) if _PATIENT in header else str(file), text_of(header, _STUDY)
        except InvalidDicomError:
            continue
        except Exception:  # pydicom fails on damage in many ways
            return str(file), ""
    return None
