"""Labelled cases of any data set, as training and evaluation take them: an image, its labels, whose they are."""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import InputError
from LVSegULib.labels import CAVITY
from LVSegULib.reading.nnunet import Case, RawDataset, is_raw_dataset, open_raw_dataset
from LVSegULib.reading.sunnybrook import SunnybrookPatient, is_sunnybrook, open_sunnybrook

if TYPE_CHECKING:
    from LVSegULib.cine import Cine

_log = logging.getLogger(__name__)

_NAMED = 5
"""Cases without label map that are named; of others the number is told."""


class LabelledCase(Protocol):
    """A cine whose every slice has been labelled; a slice without label has none of the regions in it."""

    @property
    def name(self) -> str:
        """Name of the case."""

    @property
    def patient(self) -> str:
        """Whose heart it is; splits are made by it, also across data sets."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that its source knows, by key; where a pixel has another one, it is not told."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it is read from, in an order of their own."""

    def read(self) -> tuple[Cine, NDArray[np.uint8]]:
        """The cine and its labels (T, K, J, I) in LVSegU's own values.

        Raises:
            InputError: a file cannot be read.
        """


@dataclass(frozen=True)
class RawCase:
    """A case of an nnU-Net raw folder that has a label map, and the data set's labels."""

    case: Case
    labels: tuple[str, ...]

    @property
    def name(self) -> str:
        """See `LabelledCase`."""
        return self.case.name

    @property
    def patient(self) -> str:
        """See `LabelledCase`."""
        return self.case.patient

    @property
    def files(self) -> tuple[Path, ...]:
        """See `LabelledCase`."""
        return tuple(path for path in (self.case.description, self.case.image, self.case.label) if path is not None)

    def read(self) -> tuple[Cine, NDArray[np.uint8]]:
        """See `LabelledCase`."""
        cine, labels = self.case.read()
        if labels is None:
            raise InputError(f"{self.name} has no label map")
        frames = drawn_frames(labels)
        return _some_frames(cine, frames), labels[frames]


@dataclass(frozen=True)
class SunnybrookCase:
    """ED and ES of a patient of a Sunnybrook release: all slices, those without contour too.

    The masks include the contour's own pixels, as do those of the label maps that are made of these data elsewhere.
    """

    source: SunnybrookPatient

    @property
    def name(self) -> str:
        """See `LabelledCase`."""
        return self.source.scd_name

    @property
    def patient(self) -> str:
        """See `LabelledCase`."""
        return self.source.name

    @property
    def labels(self) -> tuple[str, ...]:
        """See `LabelledCase`."""
        return (CAVITY.key,)

    @property
    def files(self) -> tuple[Path, ...]:
        """See `LabelledCase`."""
        images = [path for path in sorted(self.source.images.rglob("*")) if path.is_file()]
        return (*images, *sorted(self.source.contours.values()))

    def read(self) -> tuple[Cine, NDArray[np.uint8]]:
        """See `LabelledCase`."""
        drawn = self.source.read()
        frames = sorted({drawn.ed_frame, drawn.es_frame})
        labels = drawn.labels()
        return _some_frames(drawn.cine, frames), labels[frames]


def drawn_frames(labels: NDArray[np.uint8]) -> list[int]:
    """The frames of label maps (T, K, J, I) in which something is drawn; all if nothing is.

    Experts draw ED and ES of a cine as a rule: nothing is known of the other frames, so nothing can be learnt of them.
    """
    drawn: list[int] = np.flatnonzero(labels.any(axis=(1, 2, 3))).tolist()
    return drawn or list(range(len(labels)))


def _some_frames(cine: Cine, frames: list[int]) -> Cine:
    """The cine of these frames; it does not tell their times, as they are no beat any more."""
    return cine if len(frames) == cine.frame_count else replace(cine, frames=cine.frames[frames], time_ms=None)


def is_dataset(folder: Path) -> bool:
    """Whether there is a data set in `folder` by the files that its layout has: nnU-Net's, or the Sunnybrook release's.

    Raises:
        InputError: `folder` does not exist.
    """
    if not folder.exists():
        raise InputError(f"{folder}: does not exist: check the path")
    return is_raw_dataset(folder) or is_sunnybrook(folder)


def open_dataset(folder: Path) -> RawDataset | tuple[SunnybrookPatient, ...]:
    """The data set in `folder`; one with the files of both layouts is an nnU-Net raw folder. No image is read.

    Returns:
        What `open_raw_dataset` or `open_sunnybrook` gives.

    Raises:
        InputError: `folder` does not exist, is no data set, or one that cannot be read.
    """
    if not is_dataset(folder):
        raise InputError(
            f"{folder}: is no data set, expected an nnU-Net raw folder (dataset.json, imagesTr, labelsTr) or the "
            "Sunnybrook Cardiac Data (scd_patientdata.csv, DICOM and contours)"
        )
    return open_raw_dataset(folder) if is_raw_dataset(folder) else open_sunnybrook(folder)


def open_labelled(folder: Path, label_keys: Sequence[str]) -> tuple[LabelledCase, ...]:
    """The labelled cases of the data set in `folder`; no image is read.

    Args:
        folder: an nnU-Net raw folder, or a Sunnybrook release (DICOM with contour files).
        label_keys: the labels that are wanted ("LV", "MYO", "RV"); the data set is used for those that it has.

    Raises:
        InputError: no such folder or no data set, no labelled case in it, or none of the labels is among its labels.
    """
    dataset = open_dataset(folder)
    if not isinstance(dataset, RawDataset):
        _check_labels(folder, (CAVITY.key,), label_keys)
        return tuple(SunnybrookCase(patient) for patient in dataset)
    _check_labels(folder, tuple(dataset.labels), label_keys)
    cases = tuple(RawCase(case, tuple(dataset.labels)) for case in dataset.cases if case.label is not None)
    if not cases:
        where = (
            f"none of its {len(dataset.cases)} images has a label map in labelsTr: put them there"
            if dataset.cases
            else "has images in imagesTs only, which nothing is learnt from: put them into imagesTr"
        )
        raise InputError(f"{folder}: {where}{drawn_in_slicer(dataset.cases)}")
    warn_of_unlabelled(folder, dataset.cases)
    return cases


def warn_of_unlabelled(folder: Path, cases: Sequence[Case]) -> None:
    """Warn, once in a process, of the cases of the data set in `folder` that are left out for want of a label map."""
    names = [case.name for case in cases if case.label is None]
    if names:
        some = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        have = "images have no label map and are" if len(names) > 1 else "image has no label map and is"
        _warn_once(f"{folder}: {len(names)} {have} left out: {some}{drawn_in_slicer(cases)}")


@functools.cache
def _warn_once(line: str) -> None:
    _log.warning("%s", line)


def drawn_in_slicer(cases: Sequence[Case]) -> str:
    """What to do with the segmentations of 3D Slicer that lie in labelsTr in place of label maps; "" without any."""
    folders = {case.description.parent / "labelsTr" for case in cases if case.label is None}
    found = next((file for folder in folders for file in sorted(folder.glob("*.seg.*"))), None)
    return f"; of segmentations such as {found.name}, make label maps with lvsegu dataset add" if found else ""


def _check_labels(folder: Path, present: Sequence[str], wanted: Sequence[str]) -> None:
    if not set(wanted) & set(present):
        raise InputError(
            f"{folder}: has no label {', '.join(wanted)} (it has {', '.join(present)}): leave the data set out, or "
            f"learn other labels"
        )
