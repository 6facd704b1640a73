"""Read data sets laid out as nnU-Net raw folders: images, labels, and the labels' names in `dataset.json`."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from LVSegULib.case_names import CASE_NAME, patient_of
from LVSegULib.errors import GeometryError, InputError, reason
from LVSegULib.json_text import read_json
from LVSegULib.labels import BY_KEY
from LVSegULib.reading.names import IMAGE_ENDINGS
from LVSegULib.reading.nnunet_labels import named_labels

if TYPE_CHECKING:
    from LVSegULib.cine import Cine

Phase = Literal["ED", "ES"]

DESCRIPTION = "dataset.json"

MOST_UNKNOWN = 5
"""A label map may hold so many values that have no name; what holds more is an image."""

LARGEST_SHIFT_MM, LARGEST_SHIFT = 0.1, 0.1
"""Image and label map agree when no corner of the grid lies further apart, in mm, nor as a share of a pixel."""


@dataclass(frozen=True)
class Case:
    """One stack (or cine) of a data set.

    Attributes:
        name: name of its files, without channel number and ending ("SC-HF-I-01_ED").
        patient: the name before _ED, _ES, _phaseNN or _frameNN (or -ED ...); splits are made by it.
        phase: "ED" or "ES" where the name says so.
        image: file of the image.
        label: file of the label map, None if there is none.
        label_values: LVSegU's own label value for each value in the label map; 0 is background in both.
        description: the `dataset.json` that tells of it.
    """

    name: str
    patient: str
    phase: Phase | None
    image: Path
    label: Path | None
    label_values: dict[int, int]
    description: Path

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
        if len(unknown) > MOST_UNKNOWN:
            shown = ", ".join(map(str, unknown[:MOST_UNKNOWN]))
            raise InputError(
                f"{self.label}: holds the values {shown} and {len(unknown) - MOST_UNKNOWN} more that dataset.json does "
                "not name: it is an image, expected a label map: put the label map of this image there"
            )
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
        cases: the stacks of imagesTr, by name; those that `dataset.json` lists under "dataset" where it does.
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
    return (folder / DESCRIPTION).is_file()


def open_raw_dataset(folder: Path) -> RawDataset:
    """List the cases of an nnU-Net raw folder (`dataset.json`, imagesTr, labelsTr; imagesTs, labelsTs if present).

    No image is read. Where `dataset.json` lists the cases ("dataset"), they are those, as for nnU-Net.

    Raises:
        InputError: no such layout, an unknown label name, region-based labels, several channels, or no image.
    """
    description = _read_description(folder)
    path = folder / DESCRIPTION
    labels, ending = named_labels(description, path), _file_ending(description, path)
    own = {0: 0} | {value: BY_KEY[key].value for key, value in labels.items()}
    listed = description.get("dataset")
    cases = _listed_cases(listed, path, own) if lists_cases(description) else _list_cases(path, "Tr", ending, own)
    test_cases = _list_cases(path, "Ts", ending, own)
    if not cases and not test_cases:
        raise InputError(f"{folder / 'imagesTr'}: holds no NAME_0000{ending}: put the images there")
    return RawDataset(folder.resolve().name, labels, cases, test_cases)


def lists_cases(description: dict[str, Any]) -> bool:
    """Whether a `dataset.json` lists its cases, as nnU-Net 2 lets it; people also note the data set's name there."""
    listed = description.get("dataset")
    return isinstance(listed, dict) and any(isinstance(one, dict) and "images" in one for one in listed.values())


def _file_ending(description: dict[str, Any], path: Path) -> str:
    """The ending of all files, in small letters."""
    ending = description.get("file_ending")
    small = ending.lower() if isinstance(ending, str) else ""
    if small not in IMAGE_ENDINGS:
        what = "for segmentations of 3D Slicer use lvsegu dataset add" if small.startswith(".seg.") else "correct it"
        raise InputError(f"{path}: file_ending is {ending!r}, expected one of {', '.join(IMAGE_ENDINGS)}: {what}")
    return small


def _read_description(folder: Path) -> dict[str, Any]:
    path = folder / DESCRIPTION
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder, expected an nnU-Net raw folder (dataset.json, imagesTr, labelsTr)")
    try:
        description = read_json(path)
    except FileNotFoundError as error:
        raise InputError(f"{folder}: has no dataset.json, expected an nnU-Net raw folder") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({reason(error)}): correct or export it again") from error
    if not isinstance(description, dict) or not isinstance(description.get("labels"), dict):
        raise InputError(f'{path}: has no "labels" by name, such as {{"background": 0, "LV": 1}}: add them')
    return description


def _list_cases(path: Path, part: str, ending: str, own_values: dict[int, int]) -> tuple[Case, ...]:
    folder = path.parent
    labels = files_by_name(folder / f"labels{part}", ending)
    images = files_by_name(folder / f"images{part}", f"_0000{ending}")
    return tuple(_case(name, image, labels.get(name), own_values, path) for name, image in images.items())


def files_by_name(folder: Path, ending: str) -> dict[str, Path]:
    """The files of `folder` with this ending, in letters of either case, by what stands before it.

    Letters with marks are put together in these names: macOS takes them apart, and other systems keep them so.
    """
    files = [file for file in sorted(folder.glob("*")) if file.name[0] != "." and file.name.lower().endswith(ending)]
    return {unicodedata.normalize("NFC", file.name[: -len(ending)]): file for file in files}


def _listed_cases(listed: Any, path: Path, own_values: dict[int, int]) -> tuple[Case, ...]:
    """The cases that nnU-Net 2 takes in place of those in imagesTr: {"NAME": {"images": [FILE], "label": FILE}}."""
    if not isinstance(listed, dict) or not all(_is_listed(name, files) for name, files in listed.items()):
        raise InputError(f'{path}: "dataset" must be {{"NAME": {{"images": [FILE], "label": FILE}}, ...}}: correct it')
    cases = []
    for name, files in sorted(listed.items()):
        if len(files["images"]) != 1:
            raise InputError(
                f'{path}: {name} has {len(files["images"])} images, expected one (cine MR): correct "dataset"'
            )
        label = path.parent / files["label"] if files.get("label") else None
        own_name = unicodedata.normalize("NFC", name)
        cases.append(_case(own_name, path.parent / files["images"][0], label, own_values, path))
    return tuple(cases)


def _is_listed(name: str, files: Any) -> bool:
    """Whether this is a case as "dataset" lists them; its name becomes that of files."""
    if name in ("", "..") or Path(name).name != name:
        return False
    if not isinstance(files, dict) or not isinstance(files.get("images"), list):
        return False
    return all(isinstance(file, str) for file in (*files["images"], files.get("label") or ""))


def _case(name: str, image: Path, label: Path | None, own_values: dict[int, int], description: Path) -> Case:
    match = CASE_NAME.fullmatch(name)
    phase: Phase | None = None
    if match and match["phase"]:
        phase = "ED" if match["phase"].upper() == "ED" else "ES"
    return Case(name, patient_of(name), phase, image, label, own_values, description)


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
    if shift_mm > min(LARGEST_SHIFT_MM, LARGEST_SHIFT * min(cine.spacing_mm)):
        told = f"{shift_mm:.0f}" if shift_mm >= 10 else f"{shift_mm:.2g}"
        raise GeometryError(
            f"{label}: lies up to {told} mm away from its image: give both the same orientation, origin and spacing"
        )
