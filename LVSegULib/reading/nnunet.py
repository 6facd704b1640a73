"""Read data sets laid out as nnU-Net raw folders: images, labels, and the labels' names in `dataset.json`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from LVSegULib.errors import GeometryError, InputError
from LVSegULib.labels import BY_KEY
from LVSegULib.reading.names import IMAGE_ENDINGS

if TYPE_CHECKING:
    from LVSegULib.cine import Cine

Phase = Literal["ED", "ES"]

CASE_NAME = re.compile(r"(?P<patient>.+)_(?:(?P<phase>ED|ES)|(?:phase|frame)\d+)", re.IGNORECASE)
"""How a case is named: whose it is, and the phase or frame, where the name says it; in large or small letters."""

LARGEST_SHIFT_MM = 0.1
"""Image and label map agree when no corner of the grid lies further apart than this."""


@dataclass(frozen=True)
class Case:
    """One stack (or cine) of a data set.

    Attributes:
        name: name of its files, without channel number and ending ("SC-HF-I-01_ED").
        patient: the name before _ED, _ES, _phaseNN or _frameNN; splits are made by it.
        phase: "ED" or "ES" where the name says so.
        image: file of the image.
        label: file of the label map, None if there is none.
        label_values: LVSegU's own label value for each value in the label map; 0 is background in both.
    """

    name: str
    patient: str
    phase: Phase | None
    image: Path
    label: Path | None
    label_values: dict[int, int]

    def read(self) -> tuple[Cine, NDArray[np.uint8] | None]:
        """Read image and labels.

        Returns:
            The cine, and its labels (T, K, J, I) in LVSegU's own values (`LVSegULib.labels`), None without label map.

        Raises:
            InputError: a file cannot be read, or a label value is not in `dataset.json`.
            GeometryError: the label map lies on another grid than the image.
        """
        from LVSegULib.reading.images import read_image, read_label_map

        cine = read_image(self.image)
        if self.label is None:
            return cine, None
        values, ijk_to_ras = read_label_map(self.label)
        _check_same_grid(cine, values, ijk_to_ras, self.label)
        return cine, self._own_values(values)

    def _own_values(self, values: NDArray[np.integer[Any]]) -> NDArray[np.uint8]:
        largest = max(self.label_values)
        present = np.unique(values)
        unknown = [int(value) for value in present if value not in self.label_values]
        if unknown:
            raise InputError(
                f"{self.label}: holds the label values {unknown}, which dataset.json does not name (it names "
                f"{sorted(self.label_values)}): correct one of them"
            )
        own: NDArray[np.uint8] = np.zeros(largest + 1, np.uint8)
        for value, mapped in self.label_values.items():
            own[value] = mapped
        return np.asarray(own[values])


@dataclass(frozen=True)
class RawDataset:
    """An nnU-Net raw folder.

    Attributes:
        name: the folder's name ("Dataset101_SCD").
        labels: label value in this data set's files by LVSegU's label name, background left out ({"LV": 1}).
        cases: the stacks of imagesTr, by name.
        test_cases: the stacks of imagesTs, by name; empty if the folder is missing.
    """

    name: str
    labels: dict[str, int]
    cases: tuple[Case, ...]
    test_cases: tuple[Case, ...]

    @property
    def patients(self) -> tuple[str, ...]:
        """The patients of `cases`, each once, sorted."""
        return tuple(sorted({case.patient for case in self.cases}))


def is_raw_dataset(folder: Path) -> bool:
    """Whether `folder` looks like an nnU-Net raw folder."""
    return (folder / "dataset.json").is_file()


def open_raw_dataset(folder: Path) -> RawDataset:
    """List the cases of an nnU-Net raw folder (`dataset.json`, imagesTr, labelsTr; imagesTs, labelsTs if present).

    No image is read.

    Raises:
        InputError: no such layout, an unknown label name, region-based labels, several channels, or no image.
    """
    description = _read_description(folder)
    labels = _named_labels(description, folder)
    ending = description.get("file_ending")
    if ending not in IMAGE_ENDINGS:
        raise InputError(
            f"{folder / 'dataset.json'}: file_ending is {ending!r}, expected one of {', '.join(IMAGE_ENDINGS)}"
        )
    own = {0: 0} | {value: BY_KEY[name].value for name, value in labels.items()}
    cases = _list_cases(folder, "Tr", ending, own)
    if not cases:
        raise InputError(f"{folder / 'imagesTr'}: holds no NAME_0000{ending}: put the images there")
    return RawDataset(folder.resolve().name, labels, cases, _list_cases(folder, "Ts", ending, own))


def _read_description(folder: Path) -> dict[str, Any]:
    path = folder / "dataset.json"
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder, expected an nnU-Net raw folder (dataset.json, imagesTr, labelsTr)")
    try:
        description = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InputError(f"{folder}: has no dataset.json, expected an nnU-Net raw folder") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({error}): correct or export it again") from error
    if not isinstance(description, dict) or not isinstance(description.get("labels"), dict):
        raise InputError(f'{path}: has no "labels" by name, such as {{"background": 0, "LV": 1}}: add them')
    return description


def _named_labels(description: dict[str, Any], folder: Path) -> dict[str, int]:
    path, labels = folder / "dataset.json", description["labels"]
    channels = description.get("channel_names")
    if isinstance(channels, (dict, list)) and len(channels) > 1:
        raise InputError(f"{path}: has several channels, expected one (cine MR)")
    if any(name.isdigit() for name in labels):
        raise InputError(
            f'{path}: labels are keyed by value (nnU-Net 1): write them by name, {{"background": 0, "LV": 1}}'
        )
    for name, value in labels.items():
        if isinstance(value, list):
            raise InputError(f"{path}: label {name!r} is a region of several values: give each label one value")
        if not isinstance(value, int) or not 0 <= value <= 255:
            raise InputError(f"{path}: label {name!r} has the value {value!r}, expected a whole number from 0 to 255")
    values = {"background": 0} | labels
    if values["background"] != 0 or len(set(values.values())) < len(values):
        raise InputError(f"{path}: background must be 0 and every label have a value of its own, got {labels}")
    named = {name: value for name, value in labels.items() if name != "background"}
    unknown = [name for name in named if name not in BY_KEY]
    if unknown or not named:
        known = ", ".join(f"{key} ({label.name})" for key, label in BY_KEY.items())
        raise InputError(f"{path}: unknown labels {unknown}, expected some of {known}: rename them")
    return named


def _list_cases(folder: Path, part: str, ending: str, own_values: dict[int, int]) -> tuple[Case, ...]:
    images = sorted((folder / f"images{part}").glob(f"*_0000{ending}"))
    return tuple(_case(image, folder / f"labels{part}", ending, own_values) for image in images)


def patient_of(name: str) -> str:
    """Whose the case `name` is: "anna" for "anna_ED" and "anna_frame07", and for "anna"."""
    match = CASE_NAME.fullmatch(name)
    return match["patient"] if match else name


def _case(image: Path, label_folder: Path, ending: str, own_values: dict[int, int]) -> Case:
    name = image.name[: -len(f"_0000{ending}")]
    label = label_folder / f"{name}{ending}"
    match = CASE_NAME.fullmatch(name)
    phase: Phase | None = None
    if match and match["phase"]:
        phase = "ED" if match["phase"].upper() == "ED" else "ES"
    return Case(
        name=name,
        patient=patient_of(name),
        phase=phase,
        image=image,
        label=label if label.exists() else None,
        label_values=own_values,
    )


def _check_same_grid(
    cine: Cine, values: NDArray[np.integer[Any]], ijk_to_ras: NDArray[np.float64], label: Path
) -> None:
    if values.shape != cine.frames.shape:
        raise GeometryError(
            f"{label}: has the shape {values.shape}, its image {cine.frames.shape} (frames, slices, rows, columns): "
            "give the label map of this image"
        )
    sizes = cine.frames.shape[:0:-1]
    corners = np.stack([*np.meshgrid(*((0, size - 1) for size in sizes), indexing="ij"), np.ones((2, 2, 2))])
    shift_mm = np.linalg.norm(np.tensordot(ijk_to_ras - cine.ijk_to_ras, corners, 1)[:3], axis=0).max()
    if shift_mm > LARGEST_SHIFT_MM:
        raise GeometryError(
            f"{label}: lies up to {shift_mm:.2g} mm away from its image: give both the same orientation, origin and "
            "spacing"
        )
