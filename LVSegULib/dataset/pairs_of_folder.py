"""Find the pairs in a folder by their names."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from LVSegULib.dataset.pair import Pair, frames_from, phase_from
from LVSegULib.dataset.segmented import source_of
from LVSegULib.errors import InputError, LVSegUError
from LVSegULib.reading.names import drawn_on, has_image_ending, is_segmentation, short_name
from LVSegULib.reading.results import is_label_map_of_ours

_log = logging.getLogger(__name__)

_OF_LVSEGU = re.compile(r"(?P<name>.+)_LV")
_PHASE_OR_FRAME = re.compile(r"(?:(?P<name>.+)[-_])?(?:(?P<phase>ED|ES)|frame(?P<frame>\d+))", re.IGNORECASE)


def find_pairs(folder: Path) -> list[Pair | LVSegUError]:
    """The pairs of a folder and of the folders in it, one level down.

    NAME.seg.nrrd, or NAME_seg, NAME-segmentation, NAME_label, NAME_labels or NAME_gt with any image ending, belongs to
    the image NAME or to the DICOM folder NAME beside it; NAME_frame07.seg.nrrd to frame 7 of the cine NAME where there
    is no image NAME_frame07. A folder with one image and one segmentation is a pair whatever they are called. The
    patient is NAME; in a folder one level down it is that folder's name.

    Of what `lvsegu segment` wrote, NAME.seg.nrrd is the segmentation, and NAME.nii.gz beside NAME.json is no image.
    Where its image is not beside it, it is taken from where the report NAME.json says, and the patient is NAME.

    What is wrong with a segmentation takes the place of its pair; images without one are left out with a warning.

    Raises:
        InputError: there is no segmentation.
    """
    folders = [folder, *sorted(entry for entry in folder.iterdir() if entry.is_dir() and entry.name[0] != ".")]
    found = [pair for one in folders for pair in _in_folder(one, is_patient=one != folder)]
    if not found:
        raise InputError(
            f"{folder}: holds no segmentation: put NAME.seg.nrrd beside NAME.nrrd, or NAME_seg.nii.gz beside "
            "NAME.nii.gz"
        )
    return found


def _in_folder(folder: Path, *, is_patient: bool) -> list[Pair | LVSegUError]:
    files = sorted(entry for entry in folder.iterdir() if entry.name[0] != "." and has_image_ending(entry))
    drawn = [file for file in files if _is_segmentation(file)]
    images = [file for file in files if file not in drawn and not is_label_map_of_ours(file)]
    is_a_pair = is_patient and len(drawn) == len(images) == 1
    found: list[Pair | LVSegUError] = []
    for segmentation in drawn:
        try:
            pair = _partner(segmentation, images) or (Pair(images[0], segmentation) if is_a_pair else None)
            found.append(_named(pair, folder) if pair and is_patient else pair or _segmented(segmentation))
        except LVSegUError as error:
            found.append(error)
    used = {pair.volume for pair in found if isinstance(pair, Pair)}
    for image in (image for image in images if drawn and image not in used):
        _log.warning("%s: has no segmentation beside it: left out", image)
    return found


def _is_segmentation(file: Path) -> bool:
    return is_segmentation(file) or drawn_on(short_name(file)) is not None


def _partner(segmentation: Path, images: list[Path]) -> Pair | None:
    """The pair of a segmentation and the image of its name, if there is one."""
    name = short_name(segmentation)
    of_lvsegu = _OF_LVSEGU.fullmatch(name)
    shorter = [one for one in (drawn_on(name), of_lvsegu and of_lvsegu["name"]) if one]
    for candidate in (name, *shorter):
        if volume := _image(candidate, segmentation, images):
            return Pair(volume, segmentation, candidate.removesuffix("_0000"))
    for candidate in (name, *shorter):
        match = _PHASE_OR_FRAME.fullmatch(candidate)
        if match and match["name"] and (volume := _image(match["name"], segmentation, images)):
            return Pair(
                volume,
                segmentation,
                match["name"],
                phase_from(match["phase"]) if match["phase"] else None,
                frames_from(match["frame"] or ""),
            )
    return None


def _image(name: str, segmentation: Path, images: list[Path]) -> Path | None:
    fitting = [image for image in images if short_name(image) in (name, f"{name}_0000")]
    if len(fitting) > 1 and (source := source_of(segmentation)):
        fitting = [image for image in fitting if image.name == source.path.name] or fitting
    if len(fitting) > 1:
        raise InputError(
            f"{segmentation}: has several images of its name ({', '.join(image.name for image in fitting)}): keep one"
        )
    if fitting:
        return fitting[0]
    dicom = segmentation.parent / name
    return dicom if dicom.is_dir() else None


def _named(pair: Pair, folder: Path) -> Pair:
    """The pair, its patient named after `folder`; ED, ES or the frame stays where the file's name says it."""
    match = _PHASE_OR_FRAME.fullmatch(short_name(pair.volume))
    suffix = f"_{match['phase'] or 'frame' + match['frame']}" if match else ""
    return Pair(pair.volume, pair.segmentation, folder.resolve().name + suffix, pair.phase, pair.frames)


def _segmented(segmentation: Path) -> Pair:
    """The pair of a segmentation that has no image beside it, but a report that says where the image is."""
    source = source_of(segmentation)
    if source is None:
        raise InputError(
            f"{segmentation}: has no image of its name beside it: rename one of them, or list them in a CSV file"
        )
    if not source.path.exists():
        raise InputError(
            f"{segmentation}: was drawn on {source.path}, which is not there: put the image beside it, or run this in "
            "the folder where lvsegu segment was run"
        )
    return Pair(source.path, segmentation, short_name(segmentation), series=source.series)
