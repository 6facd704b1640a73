"""Add cases to an nnU-Net raw folder, which is a whole data set before and after each of them."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from LVSegULib.atomic import cannot_write, write_json
from LVSegULib.case_names import patient_of
from LVSegULib.dataset.case import NewCase
from LVSegULib.errors import InputError, OutputError, reason
from LVSegULib.json_text import read_json
from LVSegULib.labels import ALL_LABELS, BY_KEY
from LVSegULib.reading.nnunet import DESCRIPTION, files_by_name, lists_cases, open_raw_dataset
from LVSegULib.shown import counted
from LVSegULib.writing.label_map import write_label_map

ENDING = ".nii.gz"
IMAGES, LABELS = "imagesTr", "labelsTr"
BESIDE = ".adding-"
"""What the folders are called in which cases are written; one is left if the process is killed."""

NOTHING: Mapping[str, Any] = {}


class RawFolder:
    """A data set that grows.

    The first case decides which labels it has; further ones must have the same, and what else they have is left out: a
    region that is missing in one patient would teach that it is not there.

    Attributes:
        folder: made with the first case if it is missing.
        labels: label value in the data set's files by label name ("LV"), background left out; empty before the first.
    """

    def __init__(self, folder: Path, *, replace: bool = False, about: Mapping[str, Any] = NOTHING) -> None:
        """Open `folder`, or get ready to make it.

        Args:
            folder: a raw folder, or one that is missing or empty.
            replace: cases of the same name are replaced; otherwise they are refused.
            about: what its `dataset.json` holds beside what nnU-Net wants.

        Raises:
            InputError: `folder` is something else, its files do not end in .nii.gz, or `dataset.json` lists them.
        """
        self.folder, self._replace = folder, replace
        self._description = _read_description(folder) | dict(about)
        self._added: set[str] = set()
        self.labels: dict[str, int] = {}
        ending = self._description.get("file_ending", ENDING)
        if str(ending).lower() != ENDING:
            raise InputError(f"{folder}: its files end in {ending}, new ones would in {ENDING}: choose another folder")
        if lists_cases(self._description):
            raise InputError(f'{folder}: its dataset.json lists its cases ("dataset"): choose another folder')
        self._present: dict[str, tuple[Path, ...]] = {}
        self._of_patient: dict[str, dict[str, str]] = defaultdict(dict)
        if self._description.get("numTraining") or _has_images(folder):
            self._take_up_cases()

    def add(self, cases: Sequence[NewCase]) -> list[NewCase]:
        """Write the cases of a pair, or none of them if one is refused.

        A patient is written as in the cases that are there: in other letters, large or small, it would be a second one.

        Image and label are written beside the data set and moved into it when both are whole, the label first, and a
        case that is replaced is taken out before: an image with no label, or with another's, is never seen.

        Returns:
            The cases as they were written.

        Raises:
            InputError: a case of this name is there, or a case lacks a label that the data set has.
            OutputError: the folder cannot be written to.
        """
        labels, cases = self.labels or _numbered(cases[0]), [self._spelt_alike(case) for case in cases]
        for case in cases:
            self._refuse_double(case)
            if missing := [BY_KEY[key].word for key in labels if key not in case.painted.taken]:
                raise InputError(
                    f"{case.name}: has no {', '.join(missing)}, which the others in {self.folder} have: draw it, or "
                    "make another data set"
                )
        for case in cases:
            with _said_plainly(self.folder):
                self._write(case, labels)
            self.labels = labels
            self._added.add(case.name.casefold())
        return cases

    def tidy(self) -> None:
        """Take away what killed processes have left; to be called only by who has the data set for himself."""
        for left in self.folder.glob(f"{BESIDE}*"):
            shutil.rmtree(left, ignore_errors=True)

    def describe(self) -> str:
        """One line for people: "MyData: 10 cases of 5 patients, labels LV, MYO"."""
        dataset = open_raw_dataset(self.folder)
        cases, patients = len(dataset.cases), len(dataset.patients)
        return (
            f"{self.folder}: {counted(cases, 'case')} of {counted(patients, 'patient')}, "
            f"labels {', '.join(dataset.labels)}"
        )

    def _take_up_cases(self) -> None:
        """Find out which cases are there, with the files that go if they are replaced: the image first."""
        dataset = open_raw_dataset(self.folder)
        self.labels = dataset.labels
        for case in dataset.cases:
            self._remember(case.name, *(file for file in (case.image, case.label) if file))

    def _remember(self, name: str, *files: Path) -> None:
        self._present[name.casefold()] = files
        self._of_patient[patient_of(name).casefold()][name.casefold()] = name

    def _spelt_alike(self, case: NewCase) -> NewCase:
        """The case by the name that the patient has in the others, whichever letters are large."""
        patient = patient_of(case.name)
        of_patient = self._of_patient[patient.casefold()].items()
        known = [patient_of(name) for key, name in of_patient if key != case.name.casefold()]
        if not known or patient in known:
            return case
        return replace(case, name=known[0] + case.name[len(patient) :])

    def _refuse_double(self, case: NewCase) -> None:
        if case.name.casefold() in self._added:
            raise InputError(
                f"{case.name}: another pair gave a case of this name: give each its own patient, phase or frame"
            )
        if case.name.casefold() in self._present and not self._replace:
            raise InputError(f"{case.name}: is in {self.folder} already: pass --replace, or another --patient")

    def _write(self, case: NewCase, labels: dict[str, int]) -> None:
        image = self.folder / IMAGES / f"{case.name}_0000{ENDING}"
        label = self.folder / LABELS / f"{case.name}{ENDING}"
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=BESIDE, dir=self.folder) as name:
            beside = Path(name)
            write_label_map(beside / image.name, case.image[np.newaxis], case.ijk_to_ras)
            write_label_map(beside / label.name, _values(case, labels)[np.newaxis], case.ijk_to_ras)
            others = len(self._present.keys() - {case.name.casefold()})
            self._describe(labels, others)
            for folder in (image.parent, label.parent):
                folder.mkdir(exist_ok=True)
            for file in self._present.get(case.name.casefold(), ()):
                if file != label:  # that is replaced below, so that there is always one
                    file.unlink(missing_ok=True)
            (beside / label.name).replace(label)
            (beside / image.name).replace(image)
        self._remember(case.name, image, label)
        self._describe(labels, others + 1)

    def _describe(self, labels: dict[str, int], count: int) -> None:
        """Write the `dataset.json` of `count` cases; what else it holds, and how others name its labels, is kept."""
        self._description |= {
            "channel_names": self._description.get("channel_names", {"0": "cine MRI"}),
            "labels": self._description["labels"] if self.labels else {"background": 0, **labels},
            "numTraining": count,
            "file_ending": self._description.get("file_ending", ENDING),
        }
        write_json(self.folder / DESCRIPTION, self._description)


def _read_description(folder: Path) -> dict[str, Any]:
    """What `dataset.json` holds; nothing where a data set can be made."""
    path = folder / DESCRIPTION
    if path.is_file():
        try:
            description = read_json(path)
        except (OSError, ValueError) as error:
            raise InputError(
                f"{path}: cannot be read as JSON ({reason(error)}): correct it, or choose another folder"
            ) from error
        if not isinstance(description, dict):
            raise InputError(f"{path}: is no description of a data set: choose another folder")
        return description
    if folder.is_dir() and any(not entry.name.startswith(".") for entry in folder.iterdir()):
        raise InputError(f"{folder}: holds other things and no {DESCRIPTION}: choose a data set, or a new folder")
    return {}


def _has_images(folder: Path) -> bool:
    """Whether there is any image, also one to be tested on, whose labels have their values already."""
    return any(files_by_name(folder / part, f"_0000{ENDING}") for part in (IMAGES, "imagesTs"))


def _numbered(case: NewCase) -> dict[str, int]:
    """The labels of a new data set: 1, 2, ... without a gap, as nnU-Net wants them."""
    return {
        key: value
        for value, key in enumerate((label.key for label in ALL_LABELS if label.key in case.painted.taken), 1)
    }


def _values(case: NewCase, labels: dict[str, int]) -> NDArray[np.uint8]:
    """The labels (K, J, I) in the data set's own values."""
    values = np.zeros(len(ALL_LABELS) + 1, np.uint8)
    for key, value in labels.items():
        values[BY_KEY[key].value] = value
    return np.asarray(values[case.painted.labels])


@contextmanager
def _said_plainly(folder: Path) -> Iterator[None]:
    """Any failure to write, as one about `folder` and not about a file that is only there for a moment."""
    try:
        yield
    except (OSError, OutputError) as error:
        cause = error.__cause__ if isinstance(error, OutputError) else error
        raise cannot_write(f"to {folder}", cause, "folder") from error
