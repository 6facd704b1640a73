"""Which inputs a command's paths stand for: files, patients' DICOM folders, or folders of either."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from pathlib import Path

from LVSegULib.reading.names import has_image_ending, is_segmentation, label_maps_by_name
from LVSegULib.reading.results import is_label_map_of_ours

_log = logging.getLogger(__name__)

_FILES_TO_TRY = 50
"""Files of a folder that are opened to see whether it holds DICOM."""

_PATIENT, _STUDY = "PatientID", "StudyInstanceUID"
_LAST_TAG = 0x0020000D
"""That of the study, which stands after the patient."""


def expand_inputs(paths: Sequence[Path]) -> list[Path]:
    """One path for each cine: a folder becomes its image files and its patients, or stays if it is one patient.

    Segmentations, label maps by their names (NAME_gt beside NAME) and those that LVSegU wrote are no inputs. A path
    that does not exist, a folder that cannot be listed, or one in which nothing is recognised is kept: reading it says
    what is wrong.
    """
    return [found for path in paths for found in (_in_folder(path) if _is_folder(path) else [path])]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # of a folder above that cannot be looked into; reading says so
        return False


def _in_folder(folder: Path) -> list[Path]:
    listed = _listed(folder)
    if listed is None:
        return [folder]
    files, subfolders = listed
    images = _images_among(files)
    if _study_of(files) is not None:
        if images:
            _log.warning(
                "%s: left out, as DICOM lies beside: give image files as inputs of their own",
                ", ".join(str(image) for image in images),
            )
        return [folder]
    patients = _patients(folder, subfolders, is_alone=not images)
    return [*images, *patients] or [folder]


def _listed(folder: Path) -> tuple[list[Path], list[Path]] | None:
    """The files and the folders that lie in the folder, but hidden ones; None if it cannot be listed."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        return [entry for entry in entries if entry.is_file()], [entry for entry in entries if entry.is_dir()]
    except OSError:
        return None


def _images_among(files: Sequence[Path]) -> list[Path]:
    """The images to segment among the files of a folder, which tell by their names what is drawn on what."""
    drawn = label_maps_by_name(file.name for file in files if has_image_ending(file) and not is_segmentation(file))
    for file in (file for file in files if file.name in drawn):
        _log.info("%s: left out, it is a label map by its name, and its image lies beside it", file)
    return [file for file in files if file.name not in drawn and _is_image(file)]


def _is_image(file: Path) -> bool:
    """Whether this is an image to segment by its name, and not a segmentation."""
    if not has_image_ending(file) or is_segmentation(file):
        return False
    if is_label_map_of_ours(file):
        _log.info("%s: left out, the report beside it says that it is a result", file)
        return False
    return True


def _patients(folder: Path, subfolders: Sequence[Path], *, is_alone: bool) -> list[Path]:
    """The sub-folders, if there is DICOM of several studies in them, or `folder`, if it is of one.

    Sub-folders that cannot be listed are patients too: reading them, or the folder they lie in, says so. Reading also
    says it where there are only images in the sub-folders, and `folder` is alone, without images of its own.
    """
    below = {subfolder: _files_below(subfolder) for subfolder in subfolders}
    closed = [subfolder for subfolder, files in below.items() if files is None]
    studies = {subfolder: _study_of(files) for subfolder, files in below.items() if files is not None}
    several = len(set(studies.values()) - {None}) > 1
    with_dicom = [subfolder for subfolder, study in studies.items() if study is not None]
    if is_alone and not with_dicom and not closed:
        return []
    for subfolder in (subfolder for subfolder, study in studies.items() if study is None):
        if any(_is_image(file) for file in below[subfolder] or ()):
            _log.warning("%s: skipped, there are only images in it: give it as an input of its own", subfolder)
        elif several:
            _log.warning("%s: skipped, there is no DICOM in it", subfolder)
    return sorted([*with_dicom, *closed]) if several or not with_dicom else [folder]


def _files_below(folder: Path) -> list[Path] | None:
    """The first files in a folder and below it; None if the folder cannot be listed."""
    if _listed(folder) is None:
        return None
    return list(itertools.islice((path for path in sorted(folder.rglob("*")) if path.is_file()), _FILES_TO_TRY))


def _study_of(files: Sequence[Path]) -> tuple[str, str] | None:
    """Patient and study of the first DICOM file among `files`; None if the first ones are no DICOM.

    A damaged file stands for a study of its own: reading it will say what is wrong with it.
    """
    from pydicom.errors import InvalidDicomError

    from LVSegULib.reading.dicom_file import DicomFile, read_elements
    from LVSegULib.reading.dicom_values import text_of

    for file in [file for file in files if file.name != "DICOMDIR" and not has_image_ending(file)][:_FILES_TO_TRY]:
        try:
            with DicomFile(file) as opened:
                header = read_elements(opened, (_PATIENT, _STUDY), _LAST_TAG)
            return text_of(header, _PATIENT) if _PATIENT in header else str(file), text_of(header, _STUDY)
        except InvalidDicomError:
            continue
        except Exception:  # pydicom fails on damage in many ways
            return str(file), ""
    return None
